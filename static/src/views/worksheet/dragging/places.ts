/** Where cells that are dragged may go: no other cell changes the section that it is in. */

import { spanOf, type CellInfo } from "../../../document/outline";

/** What moves with a cell that is taken by its handle: all that are chosen with it; a section with everything below it. */
export function draggedWith(cells: readonly CellInfo[], id: string, together: readonly string[]): string[] {
  const taken = together.includes(id) ? together : [id];
  const wanted = new Set(taken.flatMap((each) => (together.length === 0 || cells.find((cell) => cell.id === each)?.folded ? spanOf(cells, each).map((cell) => cell.id) : [each])));
  return cells.filter((cell) => wanted.has(cell.id)).map((cell) => cell.id);
}

export interface Place {
  /** The cell in front of which they go, or null for the end. */
  readonly before: string | null;
  /** The cell behind which they go, or null for the start. */
  readonly after: string | null;
}

/** All places for them between the cells that are seen, from the top. */
export function placesFor(cells: readonly CellInfo[], visible: readonly CellInfo[], ids: readonly string[]): Place[] {
  const moving = new Set(ids);
  const rest = cells.filter((cell) => !moving.has(cell.id));
  const sections = cells.filter((cell) => moving.has(cell.id) && cell.type === "section");
  const depth = Math.min(...sections.map((cell) => cell.depth));
  const seen = new Set(visible.map((cell) => cell.id));
  const found: Place[] = [];
  for (let index = 0; index <= rest.length; index += 1) {
    const next = rest[index];
    if (next !== undefined && !seen.has(next.id)) continue;
    // Behind a section that is put in front of it, a cell would lie in that one.
    const free = sections.length === 0 || next === undefined || (next.type === "section" && next.depth <= depth);
    if (free) found.push({ before: next?.id ?? null, after: rest[index - 1]?.id ?? null });
  }
  return found;
}

/** Whether they would stay where they are. */
export function isHere(cells: readonly CellInfo[], ids: readonly string[], { after }: Place): boolean {
  const first = cells.findIndex((cell) => cell.id === ids[0]);
  const last = cells.findIndex((cell) => cell.id === ids.at(-1));
  return last - first === ids.length - 1 && (cells[first - 1]?.id ?? null) === after;
}
