/** All cells that have a tag, chosen together, wherever they stand. */

import { cellsBelow, sectionsOf } from "../../../document/outline";
import type { Bench } from "../../../workbench/parts";
import { tagsOf } from "./tags";
import { words } from "./strings";

export function chooseTagged({ focus, worksheet }: Pick<Bench, "focus" | "worksheet">, tag: string): void {
  const ids = worksheet.sheet.cells.value.filter((cell) => tagsOf(cell).includes(tag)).map(({ id }) => id);
  const tagged = new Set(ids);
  // What lies in a folded section can't be chosen with others.
  for (const node of sectionsOf(worksheet.tree.value)) {
    const inside = cellsBelow(node).slice(1).some(({ id }) => tagged.has(id));
    if (node.section.folded && inside) worksheet.sheet.setFlag(node.section.id, "folded", false);
  }
  focus.pick(ids);
  worksheet.notices.announce(words.chosen(ids.length, tag));
}
