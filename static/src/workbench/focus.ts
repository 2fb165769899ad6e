/** Which cell is active, and whether keys go to the sheet (command), into the cell (edit), or nowhere (lost). */

import { batch, computed, signal } from "@preact/signals";
import type { Worksheet } from "../document/worksheet";
import type { Caret } from "../editor/carets";

/** "lost": what one wrote in was taken away, so that what is typed on must mean nothing until one has looked. */
export type Mode = "command" | "edit" | "lost";

export class Focus {
  readonly active = signal<string | null>(null);
  /** The ends of a choice of several cells: where it began, and where it was carried to. */
  readonly ends = signal<readonly [string, string] | null>(null);
  readonly mode = signal<Mode>("command");
  readonly caret = signal<Caret | "keep">("end");
  /** Counts the times that a cell was asked to take the keyboard. */
  readonly grabs = signal(0);
  /** The workspace was just made, and its name is being asked for. */
  readonly naming = signal(false);
  /** The section that is being read, once somebody has scrolled. */
  readonly inSight = signal<string | null>(null);
  /** The cell whose editor has the keyboard. */
  readonly editing = computed(() => (this.mode.value === "edit" ? this.active.value : null));
  /** The ids of the cells that are chosen together, in order; empty while there is only the active one. */
  readonly together = computed<readonly string[]>(() => this.#between());

  /** What was picked, for as long as nothing else is chosen. */
  #picked: { readonly ends: unknown; readonly ids: ReadonlySet<string> } | null = null;

  constructor(readonly worksheet: Worksheet) {}

  #between(): readonly string[] {
    if (this.ends.value === null || this.mode.value === "edit") return [];
    const ids = this.worksheet.visible.value.map((cell) => cell.id);
    const [first, last] = this.ends.value.map((id) => ids.indexOf(id)).sort((one, other) => one - other);
    const all = first! < 0 || first === last ? [] : ids.slice(first, last! + 1);
    const some = this.#picked;
    return some?.ends === this.ends.value ? all.filter((id) => some!.ids.has(id)) : all;
  }

  /** Choose cells together that need not stand side by side. */
  pick(ids: readonly string[]): void {
    batch(() => {
      this.select(ids.at(-1) ?? null, ids[0]);
      this.#picked = { ends: this.ends.peek(), ids: new Set(ids) };
    });
  }

  /** Make a cell the active one and leave the keyboard where it is. */
  activate(id: string): void {
    this.ends.value = null;
    this.active.value = id;
  }

  select(id: string | null, anchor?: string | null): void {
    batch(() => {
      this.mode.value = "command";
      this.ends.value = id && anchor ? [anchor, id] : null;
      this.active.value = id;
      this.grabs.value += 1;
    });
  }

  edit(id: string, caret: Caret | "keep" = "end"): void {
    if (!this.worksheet.mayEdit.value || this.worksheet.kept.value.has(id)) return this.select(id);
    batch(() => {
      this.caret.value = caret;
      this.ends.value = null;
      this.active.value = id;
      this.mode.value = "edit";
      this.grabs.value += 1;
    });
  }

  /** The cell that one wrote in is gone: its neighbour is the active one, and letters are no commands. */
  lose(neighbour: string | null): void {
    batch(() => {
      this.mode.value = "lost";
      this.active.value = neighbour;
    });
  }

  /** Give the keyboard back to the active cell, its caret where it was: after a dialog. */
  again(): void {
    batch(() => {
      this.caret.value = "keep";
      this.grabs.value += 1;
    });
  }

  /** An editor got the keyboard by a click or by Tab. */
  taken(id: string): void {
    if (this.editing.peek() === id) return;
    batch(() => {
      this.caret.value = "keep";
      this.ends.value = null;
      this.active.value = id;
      this.mode.value = "edit";
    });
  }

  /** An editor lost the keyboard to something outside its cell. */
  left(id: string, to: EventTarget | null): void {
    if (this.editing.peek() !== id) return;
    const inside = to instanceof Element && to.closest("[data-cell-id]")?.getAttribute("data-cell-id") === id;
    if (!inside) this.mode.value = "command";
  }

  /** Go to the cell before (-1) or after (1) among those that are not folded away. */
  step(by: -1 | 1): boolean {
    const cells = this.worksheet.visible.value;
    const index = cells.findIndex((cell) => cell.id === this.active.value);
    const next = cells[index < 0 ? 0 : index + by];
    if (next === undefined) return false;
    this.select(next.id);
    return true;
  }

  /** The cell next to some that are about to go. */
  neighbour(ids: readonly string[]): string | null {
    const cells = this.worksheet.visible.value;
    const indexes = ids.map((id) => cells.findIndex((cell) => cell.id === id)).filter((index) => index >= 0);
    const last = Math.max(...indexes);
    const first = Math.min(...indexes);
    return (cells[last + 1] ?? cells[first - 1])?.id ?? null;
  }
}
