/** Beside a heading: what its cells do, how long they took together, and the way to those that failed. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { cellsBelow, type CellInfo, type SectionNode } from "../../../document/outline";
import { seconds } from "../../../times";
import { useParts, type Bench } from "../../../workbench/parts";
import { words } from "../later-strings";
import { nextOf, totalsOf, type Counted } from "./totals";

export const FAILURE_KEYS = "Ctrl-Alt-e";
/** Seconds below which a time says nothing. */
const SHORT = 0.01;

export function SectionTotals({ node }: { node: SectionNode }): JSX.Element | null {
  const parts = useParts();
  const { worksheet } = parts;
  const totals = useComputed(() => totalsOf(counted(worksheet, cellsBelow(node)))).value;
  const passed = useSeconds(parts.socket.lost.value ? null : totals.since);
  const { cells, failed, queued, ran, running } = totals;
  const busy = running + queued > 0;
  if (ran === 0 && failed.length === 0 && !busy) return null;
  const time = totals.seconds + passed;
  const told = busy ? words.busy(running, queued) : ran < cells ? words.ranOf(ran, cells) : "";
  const lead = (event: Event) => {
    // It would choose the heading, where it ends.
    event.stopPropagation();
    goToFailure(parts, failed);
  };
  return (
    <div class="meta totals num" title={words.totals(ran, cells, failed.length, seconds(time))} data-testid="totals">
      {busy && <i class="dot run" />}
      {failed.length > 0 && (
        <button type="button" onClick={lead} data-testid="totals-failed">
          <i class="dot err" />
          {words.failures(failed.length)}
        </button>
      )}
      {told && <span>{told}</span>}
      {time > SHORT && <span>{seconds(time)}</span>}
    </div>
  );
}

function counted({ runs, sheet }: Bench["worksheet"], cells: readonly CellInfo[]): Counted[] {
  const results = runs.results.value;
  return cells
    .filter(({ type }) => type === "code")
    .map(({ id }) => {
      const run = results.get(id)?.run;
      return { id, run, empty: run === undefined && sheet.text(id).trim() === "" };
    });
}

/** Go to the next cell that failed, behind the active one: of these, or of the whole worksheet. */
export function goToFailure({ actions, focus, worksheet }: Bench, ids?: readonly string[]): void {
  const cells = worksheet.sheet.cells.peek();
  const found = ids ?? totalsOf(counted(worksheet, cells)).failed;
  const next = nextOf(found, cells.map(({ id }) => id), focus.active.peek());
  if (next === null) worksheet.notices.announce(words.nothingFailed);
  else actions.goTo(next);
}

/** Seconds since a moment of the server's clock, counted on; 0 without one. */
function useSeconds(since: string | null): number {
  const [passed, setPassed] = useState(0);
  useEffect(() => {
    setPassed(0);
    if (since === null) return;
    // Clocks differ: what began in the future begins now.
    const start = Math.min(Date.parse(since) || Date.now(), Date.now());
    const count = () => setPassed((Date.now() - start) / 1000);
    count();
    const timer = window.setInterval(count, 1000);
    return () => window.clearInterval(timer);
  }, [since]);
  return passed;
}
