/** Several cells at once, and one cell as two. It comes with the first key that asks for it. */

import "../../common";
import { plural } from "../../strings";
import type { Bench } from "../../workbench/parts";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  chosen: (count: number) => `${plural(count, "cell", "cells")} chosen`,
  unlike: "Only cells of one kind can be joined: all code, or all text.",
};

/** Choose the next cell above or below as well, or let the last one go again. */
function extend({ focus, worksheet }: Bench, by: -1 | 1): void {
  const cells = worksheet.visible.value;
  const at = cells.findIndex((cell) => cell.id === focus.active.value);
  const next = cells[at + by];
  if (at < 0 || next === undefined) return;
  focus.select(next.id, focus.ends.value?.[0] ?? focus.active.value);
  tell({ focus, worksheet });
}

export const extendUp = (bench: Bench): void => extend(bench, -1);
export const extendDown = (bench: Bench): void => extend(bench, 1);

export function chooseAll({ focus, worksheet }: Bench): void {
  const cells = worksheet.visible.value;
  const first = cells[0];
  const last = cells.at(-1);
  if (first === undefined || last === undefined) return;
  // Nothing moves: the active cell stays where it is.
  focus.ends.value = [first.id, last.id];
  tell({ focus, worksheet });
}

function tell({ focus, worksheet }: Pick<Bench, "focus" | "worksheet">): void {
  worksheet.notices.announce(words.chosen(Math.max(1, focus.together.value.length)));
}

/** What is left and right of the caret becomes two cells; the right one is written in. */
export function split({ actions, focus, mounted, worksheet }: Bench): void {
  const cell = actions.active;
  const editor = cell === null ? undefined : mounted.editors.get(cell.id);
  if (cell === null || editor === undefined || cell.type === "section" || !worksheet.mayEdit.value) return;
  const { sheet } = worksheet;
  const text = sheet.text(cell.id);
  const [left, right] = halves(text, editor.caret());
  let made = cell.id;
  sheet.atOnce(() => {
    made = sheet.insert(cell.type, { after: cell.id }, right, cell.depth);
    sheet.setText(cell.id, left, true);
  });
  focus.edit(made, "start");
}

/** The two parts of a text; the line break between them belongs to neither. */
export function halves(text: string, at: number): [string, string] {
  return [text.slice(0, at).replace(/\n$/, ""), text.slice(at).replace(/^\n/, "")];
}

/** The cells that are chosen, or the active one and the next, become one, if they are all code or all text. */
export function join({ actions, focus, worksheet }: Bench): void {
  const cells = worksheet.visible.value;
  const at = cells.findIndex((cell) => cell.id === focus.active.value);
  const chosen = new Set(focus.together.value);
  const wanted = chosen.size > 0 ? cells.filter((cell) => chosen.has(cell.id)) : cells.slice(Math.max(at, 0), at + 2);
  const [first, ...others] = wanted;
  if (first === undefined || others.length === 0 || !worksheet.mayEdit.value) return;
  if (first.type === "section" || others.some((cell) => cell.type !== first.type)) return worksheet.notices.show(words.unlike);
  const { sheet } = worksheet;
  const text = wanted.map((cell) => sheet.text(cell.id)).join(first.type === "code" ? "\n" : "\n\n");
  if (new TextEncoder().encode(text).length > actions.longest) return worksheet.notices.show("longCell");
  sheet.atOnce(() => {
    sheet.setText(first.id, text, true);
    sheet.remove(others.map((cell) => cell.id));
  });
  focus.select(first.id);
}
