/** Run what is stale and nothing else: each cell behind those whose names it reads. */

import type { ReadonlySignal } from "@preact/signals";
import { planOf, type Known, type Stale } from "../../../document/names/staleness";
import { sectionAround, spanOf } from "../../../document/outline";
import type { Bench } from "../../../workbench/parts";
import { words } from "../later-strings";

export interface Found {
  readonly stale: ReadonlySignal<Stale>;
  readonly known: Known;
  /** Look now, not in a moment. */
  look(): void;
}

/** In the whole worksheet, or in the section that the active cell lies in (above the first heading: before it). */
export function runStale({ actions, worksheet }: Bench, marks: Found, section: boolean): void {
  marks.look();
  const cells = worksheet.sheet.cells.peek();
  const around = actions.active === null ? null : sectionAround(cells, actions.active.id);
  const first = cells.findIndex((cell) => cell.type === "section");
  const outside = first < 0 ? cells : cells.slice(0, first);
  const part = !section ? cells : around === null ? outside : spanOf(cells, around.id);
  const wanted = part.map((cell) => cell.id).filter((id) => marks.stale.peek().has(id));
  if (wanted.length === 0) return worksheet.notices.announce(words.nothingStale);
  const { circle, order } = planOf(wanted, marks.known);
  // They have run then, in the order of the sheet, and are stale again: that is no fault of the key.
  if (circle.length > 0) worksheet.notices.show(words.circle(cells.filter((cell) => circle.includes(cell.id)).map((cell) => cell.number)));
  worksheet.run(order);
}
