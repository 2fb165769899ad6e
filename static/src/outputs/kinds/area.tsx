/** A part of an output that can be replaced by itself; one that is not shown here has a place of its own, such as among controls. */

import { OnDemand } from "../../workbench/on-demand";
import { numberOf, outputKinds, type OutputKind } from "../kinds";

const part = { load: () => import("../later").then((module) => module.Area) };

const area: OutputKind<number> = {
  id: "area",
  pieces: ["area"],
  read: ({ body }) => (body["shown"] === false ? null : numberOf(body["area"]) || null),
  show: (number) => <OnDemand of={part} props={{ area: number }} />,
};

outputKinds.add(area);
