/** What is said of cells beside their text: hidden, protected, run when the worksheet is opened. */

import { spanOf, type CellInfo } from "../../../document/outline";
import { plural } from "../../../strings";
import type { Bench } from "../../../workbench/parts";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  protected: (count: number) => `${plural(count, "cell", "cells")} protected: only owners change the text.`,
  free: (count: number) => `${plural(count, "cell is", "cells are")} free to be changed.`,
  ownersProtect: "Only owners of the workspace protect cells, or give them free.",
  auto: (count: number) => `${plural(count, "cell runs", "cells run")} when the worksheet is opened by somebody who trusts it.`,
  noAuto: (count: number) => `${plural(count, "cell does", "cells do")} not run when the worksheet is opened.`,
};

/** The cells that are chosen together; else the active one, and for a section everything below it. */
export function concerned({ actions, focus, worksheet }: Bench): CellInfo[] {
  const all = worksheet.sheet.cells.value;
  const ids = new Set(focus.together.value.length > 0 ? actions.span() : spanOf(all, focus.active.value ?? "").map(({ id }) => id));
  return all.filter(({ id }) => ids.has(id));
}

/** Say it of all of them, or of none where all have it. Returns how many, and whether they have it now. */
function turn(bench: Bench, flag: string, cells: readonly CellInfo[]): { count: number; on: boolean } {
  const { sheet, mayEdit } = bench.worksheet;
  const on = cells.some(({ flags }) => flags[flag] !== true);
  if (mayEdit.value) sheet.atOnce(() => cells.forEach(({ id }) => sheet.setFlag(id, flag, on)));
  return { count: mayEdit.value ? cells.length : 0, on };
}

const isCode = ({ type }: CellInfo): boolean => type === "code";

export const hideInput = (bench: Bench): void => void turn(bench, "hideInput", concerned(bench).filter(isCode));
export const foldOutput = (bench: Bench): void => void turn(bench, "foldOutput", concerned(bench).filter(isCode));

export function protect(bench: Bench): void {
  const { link, notices } = bench.worksheet;
  if (link.welcome.value?.role !== "owner") return notices.show(words.ownersProtect);
  const { count, on } = turn(bench, "protected", concerned(bench));
  if (count > 0) notices.announce((on ? words.protected : words.free)(count));
}

export function autoRun(bench: Bench): void {
  const { count, on } = turn(bench, "auto", concerned(bench).filter(isCode));
  if (count > 0) bench.worksheet.notices.announce((on ? words.auto : words.noAuto)(count));
}
