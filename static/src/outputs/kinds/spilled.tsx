/** The middle of an output that went into a file instead. */

import { OnDemand } from "../../workbench/on-demand";
import { numberOf, outputKinds, textOf, type OutputKind } from "../kinds";

export interface Spilled {
  readonly path: string;
  readonly bytes: number;
  readonly lines: number;
}

const note = { load: () => import("../later").then((module) => module.SpilledNote) };

const spilled: OutputKind<Spilled> = {
  id: "spilled",
  pieces: ["spilled"],
  read: ({ body }) => ({ path: textOf(body["path"]), bytes: numberOf(body["bytes"]), lines: numberOf(body["lines"]) }),
  show: (item) => <OnDemand of={note} props={{ item }} />,
};

outputKinds.add(spilled);
