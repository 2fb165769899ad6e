/** What a name is, beside the caret: asked for with Shift-Tab, gone with the next change or Escape.
 *
 * Shift-Tab once more takes the keyboard into it, to scroll and to use its examples; Escape gives it back. */

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { showTooltip, type EditorView, type Tooltip } from "@codemirror/view";
import type { Explanation } from "./asking";

interface Shown extends Explanation {
  readonly at: number;
}

const show = StateEffect.define<Shown | null>();

const field = StateField.define<Tooltip | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) {
      if (effect.is(show)) return effect.value === null ? null : tooltip(effect.value);
    }
    return transaction.docChanged || transaction.selection !== undefined ? null : value;
  },
  provide: (source) => showTooltip.from(source),
});

function tooltip({ at, text, fill }: Shown): Tooltip {
  return {
    pos: at,
    above: false,
    create: (view) => {
      const dom = document.createElement("div");
      dom.className = fill === null ? "inspection" : "inspection rich";
      dom.setAttribute("role", fill === null ? "tooltip" : "group");
      dom.dataset["testid"] = "inspection";
      if (fill === null) dom.textContent = text;
      const destroy = fill?.(dom) ?? (() => undefined);
      dom.addEventListener("keydown", (event) => {
        // Keys in here are none of the cell's or the sheet's.
        event.stopPropagation();
        if (event.key !== "Escape") return;
        event.preventDefault();
        hideInspection(view);
        view.focus();
      });
      return { dom, destroy };
    },
  };
}

export const inspection: Extension = field;

export function showInspection(view: EditorView, at: number, shown: Explanation | string): void {
  view.dispatch({ effects: show.of({ at, ...(typeof shown === "string" ? { text: shown, fill: null } : shown) }) });
}

/** Take the keyboard into what is shown; false where that can't be. */
export function enterInspection(view: EditorView): boolean {
  const inside = view.state.field(field) === null ? null : view.dom.querySelector<HTMLElement>(".inspection [tabindex]");
  inside?.focus();
  return inside !== null;
}

/** Close it; false when there was none. */
export function hideInspection(view: EditorView): boolean {
  if (view.state.field(field) === null) return false;
  view.dispatch({ effects: show.of(null) });
  return true;
}
