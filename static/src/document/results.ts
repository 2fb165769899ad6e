/** What ran and what it printed, cell by cell: a pure reducer over the server's messages. */

import type { Answer, CellOutput, ChannelEvent, OpenChannel, OutputMessage, Piece, RunStatus } from "../net/messages";

/** More than the server's budget for one cell; what is beyond it is counted, not kept. */
export const MAX_PIECES = 4000;

export interface CellResult {
  readonly run: RunStatus;
  readonly pieces: readonly Piece[];
  readonly leftOut: number;
  /** Asked for by this page and not yet confirmed. */
  readonly optimistic: boolean;
}

export type Results = ReadonlyMap<string, CellResult>;

const OVER = new Set(["done", "error", "interrupted", "cancelled", "lost"]);

export function isOver(state: string): boolean {
  return OVER.has(state);
}

/** A cell that the page asked to run shows as queued at once, and its old output goes when it starts. */
export function expectRun(results: Results, cell: string, run: RunStatus): Results {
  const pieces = results.get(cell)?.pieces ?? [];
  return new Map(results).set(cell, { run, pieces, leftOut: 0, optimistic: true });
}

/** Take back what was expected: the server did not run these cells. */
export function forgetExpected(results: Results, cells: readonly string[]): Results {
  const next = new Map(results);
  for (const cell of cells) {
    const known = next.get(cell);
    if (known?.optimistic) next.set(cell, { ...known, optimistic: false, run: { ...known.run, state: "cancelled" } });
  }
  return next;
}

export function applyRunState(results: Results, status: RunStatus): Results {
  const known = results.get(status.cell);
  if (known !== undefined && isOlder(status, known)) return results;
  const same = known?.run.run === status.run;
  const starts = !same || (known?.optimistic === true && status.state !== "queued");
  const keep = starts && status.state !== "queued" ? [] : (known?.pieces ?? []);
  const pieces = same && known?.optimistic !== true ? (known?.pieces ?? []) : keep;
  // Its end closes what it asks.
  const channels = (same && known?.run.channels?.filter(({ kind }) => kind !== "input" || !isOver(status.state))) || [];
  return new Map(results).set(status.cell, {
    run: channels.length > 0 ? { ...status, channels } : status,
    pieces,
    leftOut: same ? (known?.leftOut ?? 0) : 0,
    optimistic: status.state === "queued" && (known?.optimistic ?? true),
  });
}

export function applyOutput(results: Results, message: OutputMessage): Results {
  const known = results.get(message.cell);
  if (known === undefined || known.run.run !== message.run) return results;
  const { piece, removed = [] } = message;
  const before = known.optimistic ? [] : known.pieces.filter(({ sequence }) => !isIn(removed, sequence));
  const pieces = piece ? withPiece(before, piece) : before;
  // What goes from the first on is all, and with it what is left out.
  const leftOut = (removed[0] === 1 ? 0 : known.leftOut) + (pieces === null ? 1 : 0);
  return new Map(results).set(message.cell, { ...known, pieces: pieces ?? before, leftOut, optimistic: false });
}

/** Whether a number is in one of the ranges, of each of which the first and the last stand there, in order: there may be thousands. */
function isIn(ranges: readonly number[], number: number): boolean {
  let from = 0;
  let to = ranges.length / 2;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (ranges[2 * middle + 1]! < number) from = middle + 1;
    else to = middle;
  }
  return ranges[2 * from]! <= number;
}

/** The pieces with one more, or with it in place of that which has its number; null where there are too many. */
function withPiece(before: readonly Piece[], piece: Piece): readonly Piece[] | null {
  if (piece.sequence > (before.at(-1)?.sequence ?? 0)) return before.length < MAX_PIECES ? [...before, piece] : null;
  return before.map((each) => (each.sequence === piece.sequence ? piece : each));
}

/** What has opened, changed or closed of a run. */
export function applyChannel(results: Results, event: ChannelEvent): Results {
  return new Map(
    [...results].map(([cell, known]) => {
      if (known.run.run !== event.run) return [cell, known];
      return [cell, { ...known, run: { ...known.run, channels: channelsAfter(known.run.channels ?? [], event) } }];
    }),
  );
}

function channelsAfter(before: readonly OpenChannel[], event: ChannelEvent): readonly OpenChannel[] {
  const channel = event.type === "channel_opened" ? event.opened.channel : event.channel;
  const others = before.filter((each) => each.channel !== channel);
  if (event.type === "channel_opened") return [...others, event.opened];
  if (event.type === "channel_closed" && !event.stays) return others;
  return before.map((each) => (each.channel === channel ? channelAfter(each, event) : each));
}

function channelAfter(before: OpenChannel, event: Exclude<ChannelEvent, Answer<"channel_opened">>): OpenChannel {
  if (event.type === "channel_closed") return { ...before, live: false, body: { ...before.body, busy: false } };
  const { state } = event;
  // With other controls all values are others.
  const values = { ...(state.controls ? {} : (before.body["values"] as object)), ...(state.values as object) };
  return { ...before, body: { ...before.body, ...state, values } as unknown as OpenChannel["body"] };
}

/** The output of these runs was deleted; that they ran stays. */
export function applyCleared(results: Results, runs: readonly string[]): Results {
  const cleared = [...results].filter(([, { run }]) => runs.includes(run.run));
  return new Map([...results, ...cleared.map(([cell, known]) => [cell, { ...known, pieces: [], leftOut: 0 }] as const)]);
}

/** Everything anew: what the server keeps replaces what the page had. */
export function replaceAll(cells: readonly CellOutput[]): Results {
  return new Map(
    cells.map((cell) => [
      cell.cell,
      { run: cell.run, pieces: cell.pieces, leftOut: cell.left_out ?? 0, optimistic: false },
    ]),
  );
}

/** A status of a run that was overtaken: UUIDs of version 7 sort by time. */
function isOlder(status: RunStatus, known: CellResult): boolean {
  if (status.run === known.run.run) return isOver(known.run.state) && !isOver(status.state);
  return known.optimistic && status.run < known.run.run;
}
