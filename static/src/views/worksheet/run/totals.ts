/** What became of all cells below a heading: how many ran, for how long, how many failed. */

import type { RunStatus } from "../../../net/messages";

export interface Totals {
  /** Code cells that hold something. */
  readonly cells: number;
  /** Those whose last run came to its end, well or not. */
  readonly ran: number;
  /** The ids of those that failed, in order. */
  readonly failed: readonly string[];
  readonly running: number;
  readonly queued: number;
  /** Of all that are over, together. */
  readonly seconds: number;
  /** When the one that runs began; null while none does. */
  readonly since: string | null;
}

export interface Counted {
  readonly id: string;
  /** Its last run; undefined where there is none. */
  readonly run: RunStatus | undefined;
  /** Whether there is nothing in it that could run. */
  readonly empty: boolean;
}

export function totalsOf(cells: readonly Counted[]): Totals {
  const found = cells.filter(({ empty, run }) => !empty || run !== undefined);
  const runs = found.flatMap(({ run }) => run ?? []);
  const count = (...states: string[]) => runs.filter(({ state }) => states.includes(state)).length;
  const running = runs.find(({ state }) => state === "running");
  return {
    cells: found.length,
    ran: count("done", "error"),
    failed: found.filter(({ run }) => run?.state === "error").map(({ id }) => id),
    running: count("running"),
    queued: count("queued"),
    seconds: runs.reduce((sum, run) => sum + (run.state === "running" || run.state === "queued" ? 0 : (run.seconds ?? 0)), 0),
    since: running === undefined ? null : (running.started ?? running.queued),
  };
}

/** The one behind this in order, and behind the last the first; null where there is none. */
export function nextOf(ids: readonly string[], order: readonly string[], from: string | null): string | null {
  const place = (id: string) => order.indexOf(id);
  const at = from === null ? -1 : place(from);
  return ids.find((id) => place(id) > at) ?? ids[0] ?? null;
}
