/** The difference of a worksheet's file as people know it: by cells, without the fences and marks that the file has for them. */

import type { DiffLine } from "./diff";

export interface DiffCell {
  readonly kind: "code" | "text" | "settings";
  /** The cell's id, where the lines that are shown say it. */
  readonly id: string;
  /** The whole cell was made or taken away, or was of the other kind before. */
  readonly change: "add" | "del" | "became" | null;
  readonly lines: DiffLine[];
}

const OPENS = /^(`{3,}|~{3,})\s*sage\b[^#]*(?:#([a-z0-9]{4,12}))?/;
const CLOSES = /^(?:`{3,}|~{3,})\s*$/;
const TEXT = /^<!-- cell(?: #([a-z0-9]{4,12}))?.*-->\s*$/;

/** Cut the lines of a unified diff into cells. A hunk may begin within a cell: its first fence then tells of what kind. */
export function diffCells(lines: readonly DiffLine[]): DiffCell[] {
  const reader = new Reader();
  lines.forEach((line, index) => reader.take(line, index));
  return reader.cells.map(trimmed).filter((cell) => cell.lines.length > 0 || cell.change !== null);
}

export function isWorksheet(path: string): boolean {
  return path.endsWith(".sage.md");
}

class Reader {
  readonly cells: DiffCell[] = [];
  #last: DiffCell | null = null;
  /** No fence has been seen since the hunk began, so that the lines may be of either kind. */
  #unknown = false;

  take(line: DiffLine, index: number): void {
    if (line.kind === "hunk") {
      this.#begin("text", "", null);
      this.#unknown = true;
      return;
    }
    const last = this.#last ?? this.#begin("text", "", null);
    const change = line.kind === "same" ? null : line.kind;
    const opens = OPENS.exec(line.text);
    // Two fences in a row are the old and the new first line of one cell.
    if (opens !== null && (last.kind !== "code" || this.#unknown || last.lines.length === 0)) {
      const same = !this.#unknown && last.change === "del" && last.lines.length === 0 && last.id === opens[2];
      if (same && last.kind === "text") this.#become("code", last.id);
      else this.#begin("code", opens[2] ?? "", same ? null : change);
    } else if (line.kind === "add" && last.kind === "code" && last.change === "del" && last.lines.length === 0 && TEXT.test(line.text)) {
      this.#become("text", TEXT.exec(line.text)?.[1] ?? last.id);
    } else if (last.kind === "text" && last.change === "became" && line.kind === "del" && CLOSES.test(line.text)) {
      this.#begin("text", "", null);
    } else if (last.kind === "code" ? CLOSES.test(line.text) : this.#unknown && CLOSES.test(line.text)) {
      if (this.#unknown) this.#replace({ ...last, kind: "code" });
      // Fences that come or go around lines that stay.
      else if (line.kind === last.change && last.lines.some(({ kind }) => kind === "same")) this.#become(line.kind === "add" ? "code" : "text", last.id);
      this.#begin("text", "", null);
    } else if (last.kind !== "code" && TEXT.test(line.text)) {
      this.#begin("text", TEXT.exec(line.text)?.[1] ?? "", change);
    } else if (index === 1 && line.text === "---") {
      this.#begin("settings", "", null);
    } else if (last.kind === "settings" && line.text === "---") {
      this.#begin("text", "", null);
    } else if (last.kind !== "settings" || !line.text.startsWith("sagews:")) {
      last.lines.push(line);
    }
  }

  #begin(kind: DiffCell["kind"], id: string, change: DiffCell["change"]): DiffCell {
    this.#unknown = false;
    this.#last = { kind, id, change, lines: [] };
    this.cells.push(this.#last);
    return this.#last;
  }

  /** The cell that was read last is of another kind than before. */
  #become(kind: DiffCell["kind"], id: string): void {
    this.#last = { kind, id, change: "became", lines: this.#last?.lines ?? [] };
    this.#replace(this.#last);
  }

  #replace(cell: DiffCell): void {
    this.cells[this.cells.length - 1] = cell;
  }
}

/** Empty lines around a cell only part it from its neighbours. */
function trimmed(cell: DiffCell): DiffCell {
  const { lines } = cell;
  const full = (line: DiffLine) => line.text.trim() !== "";
  const first = lines.findIndex(full);
  const last = lines.length - 1 - [...lines].reverse().findIndex(full);
  return { ...cell, lines: first < 0 ? [] : lines.slice(first, last + 1) };
}
