/** Drawn carets and selections, only while there are several: the browser draws a single one itself, at less cost.
 *
 * CodeMirror's own drawing measures the text at every key press, and the animation of its caret makes frames without end. */

import { Compartment, StateEffect, type Extension } from "@codemirror/state";
import { drawSelection, EditorView } from "@codemirror/view";

const drawn = new Compartment();

export const severalCarets: Extension = EditorView.updateListener.of(({ state, view }) => {
  const several = state.selection.ranges.length > 1;
  const known = drawn.get(state);
  if (several === (known !== undefined && known !== NOTHING)) return;
  const drawing = several ? drawSelection() : NOTHING;
  view.dispatch({ effects: known === undefined ? StateEffect.appendConfig.of(drawn.of(drawing)) : drawn.reconfigure(drawing) });
});

const NOTHING: Extension = [];
