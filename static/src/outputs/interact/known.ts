/** What is known of one interact, as the document has it, handed on to what shows it. */

import { effect } from "@preact/signals";
import { isOver, type CellResult } from "../../document/results";
import type { Worksheet } from "../../document/worksheet";
import type { Json, OpenChannel } from "../../net/messages";
import { Interact, type Way } from "./interact";

type Fields = Readonly<Record<string, Json>>;

/** Parts that stay the same objects while nothing of them changes, and need not be read again. */
const LARGE = ["controls", "layout", "errors"] as const;

/** The interacts of a run, in the order in which they were opened. */
export function interactsOf(result: CellResult | undefined): readonly OpenChannel[] {
  return (result?.run.channels ?? []).filter(({ kind }) => kind === "interact");
}

/** What has changed in a body since it was heard before. */
export function fresh(body: Fields, before: Fields | null): Fields {
  if (before === null) return body;
  const same = LARGE.filter((name) => body[name] === before[name]);
  return Object.fromEntries(Object.entries(body).filter(([name]) => !(same as readonly string[]).includes(name)));
}

/** An interact that hears, one by one, all states that the document gets; `stop` ends that. */
export function followed(worksheet: Worksheet, cell: string, run: string, channel: number): { interact: Interact; stop: () => void } {
  const way: Way = {
    send: (body) => worksheet.link.send({ type: "channel_message", document: worksheet.id, run, channel, body: body as Sent }),
    connection: () => worksheet.link.welcome.peek()?.connection ?? "",
  };
  const interact = new Interact(way);
  let before: Fields | null = null;
  const off = effect(() => {
    const result = worksheet.runs.results.value.get(cell);
    const found = result?.run.run === run ? interactsOf(result).find((each) => each.channel === channel) : undefined;
    if (found === undefined || found.body === before) return;
    interact.hear(fresh(found.body, before));
    before = found.body;
  });
  // The document is asked for first.
  const again = effect(() => {
    if (worksheet.link.welcome.value !== null) window.setTimeout(() => interact.resume());
  });
  const stop = () => {
    off();
    again();
    interact.close();
  };
  return { interact, stop };
}

type Sent = Extract<Parameters<Worksheet["link"]["send"]>[0], { type: "channel_message" }>["body"];

/** Whether a session still hears what is said to it; the cell may be about to run again. */
export function isLive(result: CellResult | undefined, run: string, channel: number): boolean {
  if (result === undefined || result.run.run !== run || result.optimistic) return false;
  return interactsOf(result).some((each) => each.channel === channel && each.live !== false);
}

/** Whether the cell is being run: controls come anew, and nobody has to be told how. */
export function comesAnew(result: CellResult | undefined): boolean {
  return result !== undefined && (result.optimistic || !isOver(result.run.state));
}
