/** Where controls of an interact stand: shown by code that comes with the first of them. */

import type { Json } from "../../net/messages";
import { OnDemand } from "../../workbench/on-demand";
import { numberOf, objectOf, outputKinds, type OutputKind } from "../kinds";

export interface Standing {
  readonly channel: number;
  /** The controls as they were last, for where no run is known. */
  readonly body: Record<string, Json>;
}

const interact = { load: () => import("../interact/piece").then((module) => module.InteractPiece) };

const channel: OutputKind<Standing> = {
  id: "channel",
  pieces: ["channel"],
  read: ({ body }) => ({ channel: numberOf(body["channel"]), body: objectOf(body["body"]) }),
  show: (item) => <OnDemand of={interact} props={{ item }} />,
};

outputKinds.add(channel);
