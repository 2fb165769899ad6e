/** What a cell printed and showed, each piece by its kind. Nothing here is trusted: text nodes, images, frames. */

import type { JSX } from "preact";
import { useMemo } from "preact/hooks";
import type { CellInfo } from "../document/outline";
import type { CellResult } from "../document/results";
import { strings } from "../strings";
import { useParts } from "../workbench/parts";
import { shownOf, type Shown } from "./kinds";
import { PlaceContext, standing } from "./place";
import "./kinds/index";

export function Output({ cell, result }: { cell: CellInfo; result: CellResult }): JSX.Element | null {
  const { actions, worksheet } = useParts();
  const shown = useMemo(() => shownOf(standing(result.pieces, 0)), [result.pieces]);
  const lost = result.run.state === "lost";
  if (shown.length === 0 && !lost) return null;
  if (cell.foldOutput) {
    return (
      <button type="button" class="foldbar" onClick={() => actions.toggle(cell.id, "foldOutput")}>
        {strings.foldedOutput}
      </button>
    );
  }
  return (
    <div class={result.optimistic ? "out old" : "out"} role="group" aria-label={strings.output(cell.number)} data-testid="output">
      <PlaceContext.Provider value={{ cell, run: result.run, pieces: result.pieces }}>
        {shown.map((item, place) => (
          <Item key={`${item.kind.id} ${place}`} shown={item} />
        ))}
      </PlaceContext.Provider>
      {result.leftOut > 0 && (
        <button type="button" class="foldbar" onClick={() => void worksheet.runs.whole(cell.id).catch(() => undefined)}>
          {strings.showAllPieces(result.leftOut)}
        </button>
      )}
      {lost && <p class="note">{result.run.reason ?? strings.lostOutput}</p>}
    </div>
  );
}

/** One component for each place, so that the folding of one outlives the growth of the next, and a picture stays until the one that replaces it is there. */
function Item({ shown }: { shown: Shown }): JSX.Element {
  return shown.kind.show(shown.item);
}
