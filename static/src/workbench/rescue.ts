/** What one was writing when somebody else took the cell away: kept, and offered back.
 *
 * The same goes for a version that is brought back, and for whatever else the server's edits may do to a cell. */

import { effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Transaction } from "yjs";
import type { Copy, SheetDocument } from "../document/document";
import type { Focus } from "./focus";
import type { Mounted } from "./mounted";

interface Kept {
  readonly copy: Copy & { readonly id: string };
  /** The cells before it, the nearest first. */
  readonly before: readonly string[];
}

export class Rescue {
  readonly #kept = signal<Kept | null>(null);
  readonly kept: ReadonlySignal<Kept | null> = this.#kept;
  readonly stop: () => void;

  constructor(
    readonly sheet: SheetDocument,
    readonly focus: Focus,
    readonly mounted: Pick<Mounted, "editors">,
  ) {
    // A deleted text can't be read any more. It is taken down before each edit of others, so that keys cost nothing.
    let written: Kept | null = null;
    const before = ({ origin }: Transaction) => void (written = sheet.isFromServer(origin) ? this.#written() : null);
    const after = () => {
      if (written === null || sheet.map.has(written.copy.id)) return;
      this.#kept.value = written;
      focus.lose(this.#place(written));
    };
    const caret = effect(() => {
      // Told before the sheet has another document: the editor that takes the place of this one goes on from there.
      sheet.past.value;
      const editor = mounted.editors.get(focus.editing.peek() ?? "");
      if (editor !== undefined) focus.caret.value = editor.caret();
    });
    const stop = effect(() => {
      const { doc } = sheet;
      doc.on("beforeTransaction", before);
      doc.on("afterTransaction", after);
      return () => {
        doc.off("beforeTransaction", before);
        doc.off("afterTransaction", after);
      };
    });
    const back = effect(() => {
      sheet.cells.value;
      const gone = this.#kept.peek()?.copy.id;
      // Whoever took it away, or somebody else, has brought it back: what one types on belongs into it again.
      if (gone === undefined || !sheet.map.has(gone)) return;
      this.#kept.value = null;
      // The cell is in the page only behind the edit that brings it.
      queueMicrotask(() => focus.mode.peek() === "lost" && focus.edit(gone, "keep"));
    });
    this.stop = () => {
      back();
      caret();
      stop();
    };
  }

  /** Put the cell where it was, with its text, and write on. */
  bringBack(): void {
    const kept = this.#kept.value;
    if (kept === null) return;
    this.#kept.value = null;
    const [id] = this.sheet.paste([kept.copy], this.#place(kept));
    this.focus.edit(id!, "end");
  }

  dismiss(): void {
    this.#kept.value = null;
    if (this.focus.mode.value === "lost") this.focus.select(this.focus.active.value);
  }

  #written(): Kept | null {
    const id = this.focus.editing.peek();
    const cells = this.sheet.cells.peek();
    const index = cells.findIndex((cell) => cell.id === id);
    const cell = cells[index];
    if (cell === undefined) return null;
    const copy = { id: cell.id, type: cell.type, depth: cell.depth, flags: cell.flags, text: this.sheet.text(cell.id) };
    return { copy, before: cells.slice(0, index).map((each) => each.id).reverse() };
  }

  /** The nearest cell before it that is still there. */
  #place({ before }: Kept): string | null {
    return before.find((id) => this.sheet.map.has(id)) ?? null;
  }
}
