/** Values that are HTML of a session's making: shown on the other origin, by code that comes with the first of them. */

import { OnDemand } from "../../workbench/on-demand";
import { outputKinds, type OutputKind } from "../kinds";

const frame = { load: () => import("../html-frame").then((module) => module.HtmlFrame) };

const html: OutputKind<string> = {
  id: "html",
  mime: ["text/html"],
  read: ({ data }) => data,
  show: (text) => <OnDemand of={frame} props={{ html: text }} />,
};

outputKinds.add(html);
