/** What the page and a backend say to each other, and the border at which what arrives is checked. */

import { checkerOf } from "./shapes";
import type { ToServer } from "./wire/page";
import { SHAPES, type FromServer, type RunStatus as RunState } from "./wire/server";

export type { Json } from "./json";
export { MAX_CELLS_IN_A_RUN, MAX_MESSAGE, PROTOCOL, type CellRun, type StreamPosition, type ToServer } from "./wire/page";
export type {
  CellNames, CellOutput, DocumentEntry, FileDifference, FromServer, KeptCell, OpenChannel, Opened, Output as OutputMessage, Person, PieceBody as Piece,
  SessionStatus, Storage, Unsaved, VersionEntry, Welcome,
} from "./wire/server";

/** Where a run is, without the event that told of it. */
export type RunStatus = Omit<RunState, "type" | "document" | "epoch" | "sequence">;

/** What the server says under a type. */
export type Answer<Type extends FromServer["type"]> = Extract<FromServer, { type: Type }>;

/** What happens to a channel of a run. */
export type ChannelEvent = Answer<"channel_opened" | "channel_closed" | "channel_state">;

/** What is asked with a number, without the number. */
export type Question = ToServer extends infer Message ? (Message extends { request: number } ? Omit<Message, "request"> : never) : never;

const fits = checkerOf(SHAPES);

/** The message in a frame, or null for what is not one: of a type that this page does not know, or not as it should be. */
export function parseMessage(data: unknown): FromServer | null {
  if (typeof data !== "string") return null;
  try {
    return asMessage(JSON.parse(data));
  } catch {
    return null;
  }
}

function asMessage(value: unknown): FromServer | null {
  if (typeof value !== "object" || value === null || !("type" in value) || typeof value.type !== "string") return null;
  // Shapes with a capital are parts of messages, and no messages themselves.
  if (!/^[a-z_]+$/.test(value.type)) return null;
  return fits(value.type, value) ? (value as FromServer) : null;
}
