/** A worksheet as slides: the title with what stands above the first heading, then one for each heading.
 *
 * A text of nothing but a line (`---`) begins a slide, too. A text that begins with "Notes:" is for whoever speaks. */

import type { CellInfo } from "../../document/outline";

export interface Slide {
  /** The id of its first cell; of the first slide, which has the title, it is empty. */
  readonly id: string;
  readonly heading: string;
  /** What the audience sees, in order. */
  readonly cells: readonly CellInfo[];
  readonly notes: readonly string[];
}

const NOTES = /^\s*notes?:[ \t]*/i;
const LINE = /^\s*(-{3,}|\*{3,}|_{3,})\s*$/;

interface Making {
  id: string;
  heading: string;
  cells: CellInfo[];
  notes: string[];
}

/** The slides of some cells; there is always the first one. */
export function slidesOf(cells: readonly CellInfo[], text: (id: string) => string, title: string): readonly Slide[] {
  let last: Making = { id: "", heading: title, cells: [], notes: [] };
  const slides = [last];
  const begin = (cell: CellInfo, heading: string) => slides.push((last = { id: cell.id, heading, cells: [], notes: [] }));
  for (const cell of cells) {
    const source = cell.type === "text" ? text(cell.id) : "";
    if (LINE.test(source)) {
      begin(cell, "");
      continue;
    }
    if (cell.type === "section") begin(cell, cell.heading);
    if (NOTES.test(source)) last.notes.push(source.replace(NOTES, ""));
    else last.cells.push(cell);
  }
  // Two lines behind each other, or one before a heading, make no empty slide.
  return slides.filter((slide, place) => place === 0 || slide.cells.length > 0 || slide.notes.length > 0);
}

/** On which slide a cell is; a cell that is on none, as notes, is on that of the cells before it. */
export function slideOf(slides: readonly Slide[], cells: readonly CellInfo[], id: string): number {
  for (let place = cells.findIndex((cell) => cell.id === id); place >= 0; place -= 1) {
    const found = slides.findIndex((slide) => slide.id === cells[place]!.id || slide.cells.some((cell) => cell.id === cells[place]!.id));
    if (found >= 0) return found;
  }
  return 0;
}
