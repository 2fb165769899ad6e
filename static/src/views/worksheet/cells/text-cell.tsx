/** A text cell: set like a book, and Markdown while it is written. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import type { CellInfo } from "../../../document/outline";
import { CellFrame } from "./cell-frame";
import { useParts } from "../../../workbench/parts";
import { Prose } from "../../../prose/prose";
import { Source } from "./source";
import { useText } from "./use-text";
import { words } from "../strings";

export function TextCell({ cell }: { cell: CellInfo }): JSX.Element {
  const { focus } = useParts();
  const text = useText(cell.id);
  const editing = useComputed(() => focus.editing.value === cell.id).value;
  const write = (event: MouseEvent) => {
    if (event.target instanceof Element && event.target.closest("a")) return;
    if (window.getSelection()?.isCollapsed === false) return;
    event.stopPropagation();
    focus.edit(cell.id, "end");
  };
  return (
    <CellFrame cell={cell} label={words.textCell} state="idle">
      {editing ? (
        <div class="src md">
          <Source id={cell.id} kind="text" label={words.textCell} hint={words.textHint} text={text} />
        </div>
      ) : (
        <div class="prose" onClick={write}>
          {text.trim() === "" ? <p class="faint">{words.textHint}</p> : <Prose text={text} />}
        </div>
      )}
    </CellFrame>
  );
}
