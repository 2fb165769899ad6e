/** What a name is, beside the caret: asked for with Shift-Tab, gone with the next change or Escape. */

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { showTooltip, type EditorView, type Tooltip } from "@codemirror/view";

const show = StateEffect.define<{ at: number; text: string } | null>();

const field = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(show)) return effect.value === null ? null : tooltip(effect.value.at, effect.value.text);
    }
    return transaction.docChanged || transaction.selection !== undefined ? null : value;
  },
  provide: (source) => showTooltip.from(source),
});

function tooltip(at: number, text: string): Tooltip {
  return {
    pos: at,
    above: false,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "inspection";
      dom.setAttribute("role", "tooltip");
      dom.dataset["testid"] = "inspection";
      dom.textContent = text;
      return { dom };
    },
  };
}

export const inspection: Extension = field;

export function showInspection(view: EditorView, at: number, text: string): void {
  view.dispatch({ effects: show.of({ at, text }) });
}

/** Close it; false when there was none. */
export function hideInspection(view: EditorView): boolean {
  if (view.state.field(field) === null) return false;
  view.dispatch({ effects: show.of(null) });
  return true;
}
