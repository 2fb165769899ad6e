/** Other people's carets in an editor, moved along with every change until their next word. */

import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, WidgetType, type DecorationSet } from "@codemirror/view";

/** Where a caret goes when an editor opens. */
export type Caret = "start" | "end" | number;

export interface RemoteCaret {
  readonly name: string;
  readonly colour: string;
  readonly anchor: number;
  readonly head: number;
}

export const setCarets = StateEffect.define<readonly RemoteCaret[]>();

class CaretWidget extends WidgetType {
  constructor(
    readonly name: string,
    readonly colour: string,
  ) {
    super();
  }

  override eq(other: CaretWidget): boolean {
    return other.name === this.name && other.colour === this.colour;
  }

  override toDOM(): HTMLElement {
    const caret = document.createElement("span");
    caret.className = "peer-caret";
    caret.style.setProperty("--peer", this.colour);
    const name = document.createElement("span");
    name.textContent = this.name.split(" ")[0] ?? "";
    caret.append("\u2060", name);
    return caret;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function decorations(carets: readonly RemoteCaret[], length: number): DecorationSet {
  const ranges = carets.flatMap((caret) => {
    const head = Math.min(caret.head, length);
    const anchor = Math.min(caret.anchor, length);
    const widget = Decoration.widget({ widget: new CaretWidget(caret.name, caret.colour), side: 1 }).range(head);
    if (head === anchor) return [widget];
    const style = `background-color: color-mix(in srgb, ${caret.colour} 22%, transparent)`;
    const mark = Decoration.mark({ attributes: { style } });
    return [widget, mark.range(Math.min(head, anchor), Math.max(head, anchor))];
  });
  return Decoration.set(ranges, true);
}

export const remoteCarets: Extension = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(value, transaction) {
    let next = value.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (effect.is(setCarets)) next = decorations(effect.value, transaction.newDoc.length);
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});
