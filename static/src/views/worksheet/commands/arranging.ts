/** Several cells at once, one cell as two, the order of cells. It comes with the first key that asks for it. */

import "../../../common";
import { sectionAround, spanOf, type CellInfo, type CellType } from "../../../document/outline";
import { plural } from "../../../strings";
import type { Bench } from "../../../workbench/parts";

export { autoRun, foldOutput, hideInput, protect } from "./attributes";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  chosen: (count: number) => `${plural(count, "cell", "cells")} chosen`,
  alone: "There is no section of this level beside it to be moved past.",
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

/** The section that the active cell is or lies in, with everything below it: what is done then is done to all of it. */
export function chooseSection({ actions, focus, worksheet }: Bench): void {
  const all = worksheet.sheet.cells.value;
  const section = actions.active === null ? null : sectionAround(all, actions.active.id);
  if (section === null) return;
  const inside = new Set(spanOf(all, section.id).map(({ id }) => id));
  const last = worksheet.visible.value.findLast(({ id }) => inside.has(id));
  focus.select(section.id, last?.id);
  tell({ focus, worksheet });
}

function tell({ focus, worksheet }: Pick<Bench, "focus" | "worksheet">): void {
  worksheet.notices.announce(words.chosen(Math.max(1, focus.together.value.length)));
}

/** What is left and right of the caret becomes two cells; the right one is written in. */
export function split({ actions, focus, mounted, worksheet }: Bench): void {
  const cell = actions.active;
  const editor = cell === null ? undefined : mounted.editors.get(cell.id);
  if (cell === null || editor === undefined || cell.type === "section" || !worksheet.mayEdit.value || worksheet.refuses([cell.id])) return;
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
  if (first === undefined || others.length === 0 || !worksheet.mayEdit.value || worksheet.refuses(wanted.map(({ id }) => id))) return;
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

/** Make something else of the cells that are chosen, in one step. */
function setType({ focus, worksheet }: Bench, type: CellType): void {
  if (!worksheet.mayEdit.value) return;
  const { sheet } = worksheet;
  const all = sheet.cells.value;
  const { active, together } = focus;
  const ids = new Set(together.value.length > 0 ? together.value : [active.value]);
  if (worksheet.refuses([...ids].filter((id) => id !== null))) return;
  // A heading made of a cell is one more of those that the cell lies among.
  const changes = all
    .filter((cell) => ids.has(cell.id) && cell.type !== type)
    .map((cell) => ({ id: cell.id, depth: sectionAround(all, cell.id)?.depth ?? 0 }));
  sheet.atOnce(() => changes.forEach(({ id, depth }) => sheet.change(id, { type, ...(type === "section" ? { depth } : {}) })));
}

export const toText = (bench: Bench): void => setType(bench, "text");
export const toCode = (bench: Bench): void => setType(bench, "code");
export const toSection = (bench: Bench): void => setType(bench, "section");

function deepen({ actions, worksheet }: Bench, by: -1 | 1): void {
  const ids = new Set(actions.span());
  const changes = worksheet.sheet.cells.value.filter(({ id, type }) => type === "section" && ids.has(id)).map(({ id, depth }) => ({ id, depth: depth + by }));
  if (changes.length === 0 || !worksheet.mayEdit.value) return;
  // All or none: what lies below another section goes on doing so.
  if (changes.every(({ depth }) => depth >= 0 && depth <= 5)) worksheet.sheet.atOnce(() => changes.forEach(({ id, depth }) => worksheet.sheet.change(id, { depth })));
}

export const deeper = (bench: Bench): void => deepen(bench, 1);
export const shallower = (bench: Bench): void => deepen(bench, -1);

/** Move what is chosen one place up or down: a section with everything in it, past another one with everything in that. */
function move({ actions, focus, worksheet }: Bench, by: -1 | 1): void {
  const { sheet } = worksheet;
  const cells = sheet.cells.value;
  const cell = actions.active;
  if (cell === null || !worksheet.mayEdit.value) return;
  if (cell.type === "section" && focus.together.value.length === 0) {
    const behind = placeOfSection(cells, cell, by);
    if (behind === undefined) return worksheet.notices.announce(words.alone);
    return sheet.move(spanOf(cells, cell.id).map((each) => each.id), behind);
  }
  const ids = actions.span();
  const first = cells.findIndex((each) => each.id === ids[0]);
  const target = cells[by === 1 ? cells.findIndex((each) => each.id === ids.at(-1)) + 1 : first - 1];
  if (target !== undefined) sheet.move(ids, by === 1 ? target.id : (cells[first - 2]?.id ?? null));
}

/** Behind which cell a section goes (null: the start): past the whole of its neighbour of the same depth, so that moving it
 * back undoes that and no cell changes the section it is in; undefined where there is none. */
export function placeOfSection(cells: readonly CellInfo[], section: CellInfo, by: -1 | 1): string | null | undefined {
  const start = cells.indexOf(section);
  if (by === 1) {
    const next = cells[start + spanOf(cells, section.id).length];
    return next?.depth === section.depth ? spanOf(cells, next.id).at(-1)!.id : undefined;
  }
  const before = cells.slice(0, start).findLast((cell) => cell.type === "section" && cell.depth <= section.depth);
  return before?.depth === section.depth ? (cells[cells.indexOf(before) - 1]?.id ?? null) : undefined;
}

export const moveUp = (bench: Bench): void => move(bench, -1);
export const moveDown = (bench: Bench): void => move(bench, 1);

/** Run the cells above the active one, or it and all below. */
function runPart({ focus, worksheet }: Bench, part: (at: number) => [number, number?]): void {
  const ids = worksheet.sheet.cells.value.map((cell) => cell.id);
  const at = ids.indexOf(focus.active.value ?? "");
  if (at >= 0) worksheet.run(ids.slice(...part(at)));
}

export const runAbove = (bench: Bench): void => runPart(bench, (at) => [0, at]);
export const runFrom = (bench: Bench): void => runPart(bench, (at) => [at]);

/** What commands ask for. */
export type Arranging =
  | "autoRun" | "chooseAll" | "chooseSection" | "foldOutput" | "hideInput" | "protect" | "deeper" | "extendDown" | "extendUp" | "join" | "moveDown" | "moveUp" | "runAbove" | "runFrom" | "shallower" | "split" | "toCode" | "toSection" | "toText";
