/** Values with a form of their own: trees, tables, sound, films, documents. Read and shown by code that comes with the first of them. */

import { OnDemand } from "../../workbench/on-demand";
import { outputKinds, type OutputKind, type Source } from "../kinds";
import { Entry } from "./latex";

const rich = { load: () => import("../rich/rich").then((module) => module.RichOutput) };

const kind: OutputKind<Source> = {
  id: "rich",
  mime: ["text/vnd.sagews.", "application/json", "audio/", "video/", "application/pdf"],
  read: (source) => source,
  show: (source) => <OnDemand of={rich} props={{ source, formula: Entry }} />,
};

outputKinds.add(kind);
