/** Which place each cell that waits has in the queue of the session. */

import { computed, type ReadonlySignal } from "@preact/signals";
import type { Runs } from "../../../document/runs";
import type { RunStatus } from "../../../net/messages";

/** The places of runs that wait, from 1, by run: what was asked for first comes first. */
export function placesInLine(runs: readonly RunStatus[]): ReadonlyMap<string, number> {
  const waiting = runs.filter(({ state }) => state === "queued").sort((one, other) => (isBefore(one, other) ? -1 : 1));
  return new Map(waiting.map(({ run }, place) => [run, place + 1]));
}

function isBefore(one: RunStatus, other: RunStatus): boolean {
  return one.queued < other.queued || (one.queued === other.queued && one.number < other.number);
}

const all = new WeakMap<Runs, ReadonlySignal<ReadonlyMap<string, number>>>();

/** Those of a worksheet, found once for all cells that show theirs. */
export function placesOf(runs: Runs): ReadonlySignal<ReadonlyMap<string, number>> {
  const found = all.get(runs) ?? computed(() => placesInLine(runs.busy.value.map(({ run }) => run)));
  all.set(runs, found);
  return found;
}
