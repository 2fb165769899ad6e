/** Lists of Markdown as they are written: what Enter, Tab and Shift-Tab do in an item.
 *
 * CodeMirror's own keys for this come with grammars of HTML, CSS and JavaScript, for which a text has no use. */

export interface Edit {
  readonly from: number;
  readonly to: number;
  readonly insert: string;
}

interface Item {
  readonly indent: string;
  /** The bullet or the number, with the white space behind it. */
  readonly marker: string;
  /** The box of a task with the white space behind it; empty where there is none. */
  readonly box: string;
  readonly rest: string;
}

const ITEM = /^([ \t]*)((?:[-+*]|\d{1,9}[.)])[ \t]+)(\[[ xX]\][ \t]+)?(.*)$/;
const RULE = /^[ \t]*([-*])(?:[ \t]*\1){2,}[ \t]*$/;
const FENCE = /^[ \t]*(?:```|~~~)/;

/** What Enter does at a place of a text: it begins the next item, and ends a list at an empty one; null where it is as usual. */
export function enterInList(text: string, at: number): Edit | null {
  const { from, to, line } = lineAt(text, at);
  const item = itemOf(text, from, line);
  if (item === null) return null;
  const head = item.indent.length + item.marker.length + item.box.length;
  if (at - from < head && item.rest !== "") return null;
  if (item.rest.trim() === "") return { from, to, insert: emptied(text, from, item) };
  const box = item.box === "" ? "" : item.box.replace(/[xX]/, " ");
  return { from: at, to: at, insert: `\n${item.indent}${next(item.marker)}${box}` };
}

/**
 * What Tab (1) and Shift-Tab (-1) do to the item at a place: how it begins then. Null where there is no item, or nothing further
 * out; an item that cannot go further in stays.
 */
export function shiftItem(text: string, at: number, by: -1 | 1): Edit | null {
  const { from, line } = lineAt(text, at);
  const item = itemOf(text, from, line);
  if (item === null) return null;
  const insert = by === 1 ? inward(text, from, item) : outward(text, from, item);
  return insert === null ? null : { from, to: from + item.indent.length + item.marker.length, insert };
}

/** How an item begins one level further out; null where it is outermost. A number goes on from those that it comes to. */
function outward(text: string, from: number, item: Item): string | null {
  const own = width(item.indent);
  if (own === 0) return null;
  const parent = before(text, from).find((each) => width(each.indent) < own);
  return parent === undefined ? item.marker : parent.indent + next(parent.marker);
}

/** What is left of an empty item: it goes one level out, and is none any more at the outermost. */
function emptied(text: string, from: number, item: Item): string {
  const begin = outward(text, from, item);
  return begin === null ? "" : begin + item.box;
}

/** How an item begins that belongs to the one before it; numbers begin anew there. */
function inward(text: string, from: number, { indent, marker }: Item): string {
  const above = before(text, from);
  const parent = above.find((each) => width(each.indent) <= width(indent));
  const column = parent === undefined ? 0 : width(parent.indent) + width(parent.marker);
  if (column <= width(indent)) return indent + marker;
  const last = above.slice(0, above.indexOf(parent!)).find((each) => width(each.indent) === column);
  return " ".repeat(column) + (last === undefined ? marker.replace(/^\d+/, "1") : next(last.marker));
}

/** The items of this list above a line, the nearest first. */
function before(text: string, from: number): Item[] {
  const items: Item[] = [];
  for (const line of text.slice(0, Math.max(0, from - 1)).split("\n").reverse()) {
    const item = from > 0 && !RULE.test(line) ? ITEM.exec(line) : null;
    if (item !== null) items.push(parts(item));
    else if (!/^(?:[ \t]|$)/.test(line)) break;
  }
  return items;
}

function itemOf(text: string, from: number, line: string): Item | null {
  const item = RULE.test(line) ? null : ITEM.exec(line);
  const fences = text.slice(0, from).split("\n").filter((each) => FENCE.test(each)).length;
  return item === null || fences % 2 === 1 ? null : parts(item);
}

function parts(item: RegExpExecArray): Item {
  return { indent: item[1]!, marker: item[2]!, box: item[3] ?? "", rest: item[4]! };
}

function next(marker: string): string {
  return marker.replace(/^\d+/, (number) => `${Number(number) + 1}`);
}

function width(text: string): number {
  return text.replace(/\t/g, "    ").length;
}

function lineAt(text: string, at: number): { from: number; to: number; line: string } {
  const from = text.lastIndexOf("\n", at - 1) + 1;
  const end = text.indexOf("\n", at);
  const to = end < 0 ? text.length : end;
  return { from, to, line: text.slice(from, to) };
}
