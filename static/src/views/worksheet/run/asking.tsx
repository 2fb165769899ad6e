/** The way to the cell that asks: the session waits, and nobody may be looking. */

import type { JSX } from "preact";
import { keyLabel } from "../../../workbench/keys";
import { useParts, type Bench } from "../../../workbench/parts";
import { words } from "../later-strings";

/** Frames after which a cell that was folded away is there, and has done what it does at first. */
const SETTLED = 4;

export const QUESTION_KEYS = "Ctrl-Alt-a";

/** Go to the field for the answer, also out of folded sections; without a right to run, to its cell. */
export function goToQuestion({ actions, focus, worksheet }: Bench): void {
  const cell = worksheet.runs.asks.peek();
  if (cell === null) return worksheet.notices.announce(words.nothingAsks);
  actions.goTo(cell, true);
  // Out of a fold the field comes a frame later, and its cell, which is the active one, takes the keyboard behind that.
  const take = (frames: number) => {
    // Whoever has gone on to another place meanwhile stays there.
    if (focus.active.peek() !== cell || focus.mode.peek() === "edit") return;
    const field = document.getElementById(`ask-${cell}`);
    field?.focus({ preventScroll: true });
    if (frames > 0) requestAnimationFrame(() => take(frames - 1));
    else if (field === null) focus.select(cell);
  };
  take(SETTLED);
}

/** What the session does, where it waits for an answer. */
export function Asks({ more }: { more: string }): JSX.Element {
  const parts = useParts();
  return (
    <button type="button" class="word asks" title={`${words.goToQuestion} (${keyLabel(QUESTION_KEYS)})`} data-testid="go-to-question" onClick={() => goToQuestion(parts)}>
      <span class="large-only">
        {words.asksYou}
        {more}
      </span>
      <span class="small-only">{words.answer}</span>
    </button>
  );
}
