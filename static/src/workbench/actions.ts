/** What people do with cells, by button, key or palette. */

import { signal } from "@preact/signals";
import { sectionAround, spanOf, type CellInfo, type CellType } from "../document/outline";
import type { Copy, Flag } from "../document/document";
import { strings } from "../strings";
import { loadEditor } from "../editor/load";
import type { Focus } from "./focus";
import type { Worksheet } from "../document/worksheet";

/** Bytes that the server takes for one cell. */
const LONGEST = 500_000;

export class Actions {
  /** How many cells the last deletion took, while it can be undone from the toast. */
  readonly deleted = signal(0);
  /** What was cut or copied last, here or, once clipboard.ts is there, in another window. */
  readonly copied = signal<readonly Copy[]>([]);
  readonly longest = LONGEST;
  /** For what comes apart from the page, which has it already. */
  readonly editor = loadEditor;
  #toast = 0;

  constructor(
    readonly worksheet: Worksheet,
    readonly focus: Focus,
  ) {}

  get #cells(): readonly CellInfo[] {
    return this.worksheet.sheet.cells.value;
  }

  get active(): CellInfo | null {
    return this.#cells.find((cell) => cell.id === this.focus.active.value) ?? null;
  }

  /** The active cell, or all that are chosen together, and for a folded section everything in it. */
  span(): string[] {
    const { active, together } = this.focus;
    const wanted = new Set(together.value.length > 0 ? together.value : [active.value]);
    const cells = this.#cells.filter((cell) => wanted.has(cell.id));
    return [...new Set(cells.flatMap((cell) => (cell.folded ? spanOf(this.#cells, cell.id) : [cell])))].map((cell) => cell.id);
  }

  /** Insert a cell and start writing in it. */
  insert(type: CellType, place: { after?: string | null; before?: string | null }): void {
    if (!this.worksheet.mayEdit.value) return;
    const near = place.after ?? place.before ?? null;
    const section = near === null ? null : sectionAround(this.#cells, near);
    const depth = type === "section" ? (section?.depth ?? 0) : 0;
    this.focus.edit(this.worksheet.sheet.insert(type, place, "", depth), "start");
  }

  insertNear(type: CellType, where: "after" | "before"): void {
    const span = this.span();
    const cell = where === "after" ? span.at(-1) : span[0];
    this.insert(type, cell === undefined ? {} : where === "after" ? { after: cell } : { before: cell });
  }

  runHere(): void {
    const cell = this.active;
    if (cell === null) return;
    if (this.focus.together.value.length > 0) return this.worksheet.run(this.span());
    if (cell.type === "section") this.worksheet.runSection(cell.id);
    else this.worksheet.run([cell.id]);
    if (cell.type !== "code") this.focus.select(cell.id);
  }

  /** Shift-Enter: run, then the next cell; behind the last one a new one. */
  runAndGoOn(): void {
    const cell = this.active;
    if (cell === null) return;
    const end = this.focus.together.value.at(-1);
    if (end || cell.type === "code") this.worksheet.run(this.span());
    const cells = this.worksheet.visible.value;
    const last = end ?? cell.id;
    const next = cells[cells.findIndex((each) => each.id === last) + 1];
    if (next === undefined) {
      if (this.worksheet.mayEdit.value) this.insert("code", { after: this.span().at(-1) ?? cell.id });
    } else if (next.type === "code") this.focus.edit(next.id, "end");
    else this.focus.select(next.id);
  }

  runAndInsert(): void {
    const cell = this.active;
    if (cell === null) return;
    if (cell.type === "code") this.worksheet.run([cell.id]);
    this.insert("code", { after: cell.id });
  }

  runSection(): void {
    const cell = this.active;
    const section = cell === null ? null : sectionAround(this.#cells, cell.id);
    if (section !== null) this.worksheet.runSection(section.id);
    else this.#runAboveSections();
  }

  remove(): void {
    const span = this.span();
    if (!this.worksheet.mayEdit.value || span.length === 0 || this.worksheet.refuses(span)) return;
    const next = this.focus.neighbour(span);
    this.worksheet.sheet.remove(span);
    this.focus.select(next);
    this.deleted.value = span.length;
    window.clearTimeout(this.#toast);
    this.#toast = window.setTimeout(() => (this.deleted.value = 0), 8000);
  }

  /** Delete what the active cell, or a folded section, has printed. */
  clearOutput(): void {
    const span = this.span();
    if (this.worksheet.mayEdit.value && span.length > 0) this.worksheet.runs.clearOutputs(span);
  }

  clearAllOutputs(): void {
    if (this.worksheet.mayEdit.value) this.worksheet.runs.clearOutputs(null);
  }

  /** Save a version, named or not, and say what came of it. */
  async saveVersion(name: string | null): Promise<void> {
    const { notices, versions } = this.worksheet;
    try {
      const answer = await versions.save(name);
      notices.announce(answer.unchanged === true ? strings.nothingNew : strings.versionSaved);
    } catch (error) {
      notices.show((error instanceof Error && error.message) || "saveFailed");
    }
  }

  undo(): void {
    this.deleted.value = 0;
    this.worksheet.sheet.undoStructure();
  }

  redo(): void {
    this.worksheet.sheet.redoStructure();
  }

  copy(): void {
    const copies = this.#copies();
    if (copies.length > 0) this.copied.value = copies.map(free);
  }

  /** Cells that were cut keep their ids, and with them their outputs, wherever in this sheet they are pasted first. */
  cut(): void {
    const copies = this.#copies();
    if (copies.length === 0 || !this.worksheet.mayEdit.value || this.worksheet.refuses(this.span())) return;
    this.copied.value = copies;
    this.remove();
  }

  paste(copies: readonly Copy[] = this.copied.value): void {
    if (copies.length === 0 || !this.worksheet.mayEdit.value) return;
    // The server would refuse the whole change, and what was pasted would be lost later.
    if (copies.some(({ text }) => new TextEncoder().encode(text).length > LONGEST)) return this.worksheet.notices.show("longCell");
    const ids = this.worksheet.sheet.paste(copies, this.span().at(-1) ?? null);
    this.focus.select(ids.at(-1) ?? null);
  }

  duplicate(): void {
    this.paste(this.#copies().map(free));
  }

  #copies(): Copy[] {
    return this.worksheet.sheet.copies(this.span());
  }

  /** Fold or unfold the section that the active cell is or lies in. */
  fold(folded: boolean): void {
    const cell = this.active;
    const section = cell === null ? null : sectionAround(this.#cells, cell.id);
    if (section === null) return;
    this.worksheet.sheet.setFlag(section.id, "folded", folded);
    if (folded) this.focus.select(section.id);
  }

  /** Choose a cell and show it, also out of folded sections; `quiet` where the keyboard stays elsewhere. */
  goTo(id: string, quiet = false): void {
    const holds = (section: CellInfo) => spanOf(this.#cells, section.id).some((each) => each.id === id);
    const folded = this.#cells.filter((each) => each.type === "section" && each.folded && each.id !== id && holds(each));
    folded.forEach((section) => this.worksheet.sheet.setFlag(section.id, "folded", false));
    this.focus[quiet ? "lose" : "select"](id);
    const show = () => document.querySelector(`[data-cell-id="${CSS.escape(id)}"]`)?.scrollIntoView({ block: "center" });
    requestAnimationFrame(show);
  }

  toggle(id: string, flag: Flag): void {
    const cell = this.#cells.find((each) => each.id === id);
    if (cell !== undefined) this.worksheet.sheet.setFlag(id, flag, !cell[flag]);
  }

  #runAboveSections(): void {
    const first = this.#cells.findIndex((cell) => cell.type === "section");
    const cells = first < 0 ? this.#cells : this.#cells.slice(0, first);
    this.worksheet.run(cells.map((cell) => cell.id));
  }
}

/** A copy that is a cell of its own: with another id, and free to be written. */
function free({ type, depth, text, flags }: Copy): Copy {
  const { protected: no, ...others } = flags ?? {};
  return { type, depth, text, flags: no === undefined ? flags : others };
}
