/** Code coloured in the editor by the same tokenizer as the static text, so that nothing changes when one replaces the other. */

import { RangeSetBuilder, type Extension } from "@codemirror/state";
import { Decoration, EditorView, ViewPlugin, type DecorationSet, type ViewUpdate } from "@codemirror/view";
import { tokens } from "./highlight";

const MARKS = new Map(["k", "s", "n", "c", "f"].map((kind) => [kind, Decoration.mark({ class: kind })]));

function coloured(view: EditorView): DecorationSet {
  const builder = new RangeSetBuilder<Decoration>();
  const until = view.viewport.to;
  let at = 0;
  for (const token of tokens(view.state.doc.sliceString(0, until))) {
    const mark = MARKS.get(token.kind);
    if (mark !== undefined && at + token.text.length > view.viewport.from) builder.add(at, at + token.text.length, mark);
    at += token.text.length;
  }
  return builder.finish();
}

export const colours: Extension = ViewPlugin.fromClass(
  class {
    decorations: DecorationSet;

    constructor(view: EditorView) {
      this.decorations = coloured(view);
    }

    update(update: ViewUpdate): void {
      if (update.docChanged || update.viewportChanged) this.decorations = coloured(update.view);
    }
  },
  { decorations: (plugin) => plugin.decorations },
);
