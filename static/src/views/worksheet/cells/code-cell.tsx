/** A code cell: its source, how its run went, what it printed. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { CellInfo } from "../../../document/outline";
import type { CellResult } from "../../../document/results";
import { seconds } from "../../../times";
import { CellFrame } from "./cell-frame";
import { OnDemand } from "../../../workbench/on-demand";
import { useParts } from "../../../workbench/parts";
import { Output } from "../../../outputs/output";
import { Source } from "./source";
import { useText } from "./use-text";
import { words } from "../strings";

/** These are shown after a moment at the earliest. */
const questions = { load: () => import("../later").then((module) => module.Questions) };
const running = { load: () => import("../later").then((module) => module.Running) };

export function CodeCell({ cell }: { cell: CellInfo }): JSX.Element {
  const { worksheet, actions } = useParts();
  const result = useComputed(() => worksheet.runs.results.value.get(cell.id)).value;
  const text = useText(cell.id);
  const only = useComputed(() => worksheet.sheet.cells.value.length === 1).value;
  const stale = useComputed(() => worksheet.stale.value.get(cell.id)).value;
  const state = result?.run.state ?? "idle";
  return (
    <CellFrame cell={cell} label={words.codeCell(cell.number)} state={state} classes={stale ? "stale" : ""}>
      <span class="gut" aria-hidden="true">
        {cell.number}
      </span>
      {cell.hideInput ? (
        <button type="button" class="foldbar" onClick={() => actions.toggle(cell.id, "hideInput")}>
          {words.hiddenInput}
        </button>
      ) : (
        <div class="src">
          <Source id={cell.id} kind="code" label={words.codeCell(cell.number)} hint={only ? words.hint : ""} text={text} />
          {stale && <i class="mark" role="img" title={stale} aria-label={stale} />}
          <Meta result={result} />
        </div>
      )}
      {result !== undefined && <Output cell={cell} result={result} />}
      {result?.run.channels && <OnDemand of={questions} props={{ cell, run: result.run }} />}
    </CellFrame>
  );
}

function Meta({ result }: { result: CellResult | undefined }): JSX.Element | null {
  const lost = useParts().socket.lost.value;
  if (result === undefined) return null;
  const { run } = result;
  // Nobody here knows whether it still runs: a clock that counted on would say so.
  if (run.state === "running" && lost) return null;
  if (run.state === "running" || run.state === "queued") return <OnDemand of={running} props={{ run }} />;
  const took = run.seconds != null && run.seconds > 0.01 ? seconds(run.seconds) : "";
  const word = run.state === "done" || run.state === "error" ? took : (words.state[run.state] ?? "");
  if (word === "") return null;
  return (
    <span class="meta num" title={run.reason ?? undefined}>
      {word}
    </span>
  );
}
