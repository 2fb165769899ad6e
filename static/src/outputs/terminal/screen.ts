/** What a terminal shows of a text: lines that were printed over stand as they were left. Text may come in parts. */

import { codeOf, linkAfter, lookAfter, PLAIN, type Look } from "./looks";

const STEP = /\u001b\[([0-?]*)[ -/]*([@-~])|\u001b\]([^\u0007\u001b]*)(?:\u0007|\u001b\\)|\u001b[ -/]*[0-~]?|[\0-\x08\x0b-\x1f\x7f]|\n|[^\0-\x08\n\x0b-\x1f\x7f]+/g;
/** A code whose end has not come yet. */
const BEGUN = /\u001b(?:\[[0-?]{0,200}[ -/]{0,8}|\][^\u0007\u001b]{0,600}\u001b?)?$/;
/** Columns and blanks that codes may make: a few bytes ask for thousands. */
const WIDEST = 2000;
const MOST_BLANKS = 200_000;
/** What links may add to a text, each of which may be as long as hundreds of letters. */
const MOST_LINKS = 500_000;

interface Cell {
  readonly text: string;
  readonly look: Look;
}

/** A line: letters alone, of which the last was just written, or a cell for each letter. */
interface Row {
  plain: string;
  cells: Cell[] | null;
  shown: string | null;
}

const BLANK: Cell = { text: " ", look: PLAIN };

/** A text as a terminal shows it, codes of looks and links in it; each line has its own. */
export function settled(text: string): string {
  const screen = new Screen();
  screen.feed(text);
  return screen.text();
}

export class Screen {
  readonly #rows: Row[] = [{ plain: "", cells: null, shown: null }];
  /** What was left out of it, the end of a code that is still to come. */
  #rest = "";
  #row = 0;
  /** Meant in a line that has cells; in one that has none it is the end. */
  #column = 0;
  #look = PLAIN;
  #blanks = 0;
  #links = 0;

  feed(text: string): void {
    const whole = (this.#rest + text).replace(/\r+\n/g, "\n");
    // A return at the end may be half of a line's end.
    this.#rest = /\r+$/.exec(whole)?.[0] ?? BEGUN.exec(whole.slice(-1000))?.[0] ?? "";
    for (const match of whole.slice(0, whole.length - this.#rest.length).matchAll(STEP)) this.#step(match);
  }

  text(): string {
    return this.#rows.map((row) => (row.shown ??= this.#shownOf(row))).join("\n");
  }

  #step([step, values, code, link]: RegExpMatchArray): void {
    if (code !== undefined) this.#code(code, values ?? "");
    else if (link !== undefined) this.#look = linkAfter(this.#look, link);
    else if (step === "\n") this.#goTo(this.#row + 1, 0, true);
    else if (step === "\r") this.#goTo(this.#row, 0);
    else if (step === "\b") this.#goTo(this.#row, this.#at() - 1);
    else if (step >= " " || step.startsWith("\t")) this.#write(step);
  }

  #code(code: string, values: string): void {
    const count = Math.min(Math.max(Number.parseInt(values, 10) || 1, 1), WIDEST);
    if (code === "m") this.#look = lookAfter(this.#look, values);
    else if (code === "A" || code === "F") this.#goTo(this.#row - count, code === "F" ? 0 : this.#at());
    else if (code === "B" || code === "E") this.#goTo(this.#row + count, code === "E" ? 0 : this.#at());
    else if (code === "C") this.#goTo(this.#row, this.#at() + count);
    else if (code === "D") this.#goTo(this.#row, this.#at() - count);
    else if (code === "G") this.#goTo(this.#row, count - 1);
    else if (code === "K") this.#eraseLine(values);
    else if (code === "J") this.#eraseBelow(values);
  }

  #at(): number {
    this.#cellsOf(this.#row);
    return this.#column;
  }

  #goTo(row: number, column: number, further = false): void {
    if (row !== this.#row) this.#cellsOf(this.#row);
    if (further && row === this.#rows.length) this.#rows.push({ plain: "", cells: null, shown: null });
    this.#row = Math.min(Math.max(row, 0), this.#rows.length - 1);
    const { cells, plain } = this.#rows[this.#row]!;
    // At the end of an empty line nothing has to be taken apart.
    if (cells === null && plain === "" && column === 0) this.#column = 0;
    else {
      this.#cellsOf(this.#row);
      this.#column = Math.min(Math.max(column, 0), WIDEST);
    }
  }

  /** A line as cells; in the one that is written in, the place becomes a column. */
  #cellsOf(index: number): Cell[] {
    const row = this.#rows[index]!;
    if (row.cells === null) {
      row.cells = Array.from(row.plain, (text) => ({ text, look: PLAIN }));
      if (index === this.#row) this.#column = row.cells.length;
      row.plain = "";
    }
    return row.cells;
  }

  #write(text: string): void {
    const row = this.#rows[this.#row]!;
    row.shown = null;
    if (row.cells === null && this.#look === PLAIN) {
      row.plain += text;
      return;
    }
    const cells = this.#cellsOf(this.#row);
    while (cells.length < this.#column && this.#blanks < MOST_BLANKS) {
      cells.push(BLANK);
      this.#blanks += 1;
    }
    this.#column = Math.min(this.#column, cells.length);
    for (const letter of text) {
      cells[this.#column] = { text: letter, look: this.#look };
      this.#column += 1;
    }
  }

  #eraseLine(values: string): void {
    const cells = this.#cellsOf(this.#row);
    this.#rows[this.#row]!.shown = null;
    if (values === "2") cells.length = 0;
    else if (values === "1") cells.fill(BLANK, 0, this.#column + 1);
    else cells.length = Math.min(this.#column, cells.length);
  }

  #eraseBelow(values: string): void {
    if (values === "2" || values === "3") this.#goTo(0, 0);
    else if (values !== "" && values !== "0") return;
    this.#eraseLine(values === "" || values === "0" ? "" : "2");
    this.#rows.length = this.#row + 1;
  }

  #shownOf({ plain, cells }: Row): string {
    if (cells === null) return plain;
    const parts: string[] = [];
    let last = PLAIN;
    for (const { text, look } of cells) {
      if (look !== last) {
        parts.push(this.#change(look));
        last = look;
      }
      parts.push(text);
    }
    return parts.join("") + (last === PLAIN ? "" : codeOf(PLAIN));
  }

  #change(look: Look): string {
    this.#links += look.link.length;
    return codeOf(this.#links > MOST_LINKS ? { ...look, link: "" } : look);
  }
}
