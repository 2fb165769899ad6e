/** Places in the text of cells as places on the screen, and the colours that they get there. */

import type { Hit, Searched } from "./query";

/** Cells in which places are marked; in more nobody sees them. */
const MOST_MARKED = 200;

/** The places that are marked now. */
let marked: ReadonlyMap<Hit, Range> = new Map();

/** Where a place is on the screen, if it is marked. */
export function rangeOf(hit: Hit): Range | undefined {
  return marked.get(hit);
}

/** Colour the places that are on the page; browsers without highlights show the cell alone. */
export function mark(hits: readonly Hit[], current: Hit | null, searched: ReadonlyMap<string, Searched>): void {
  const ranges = new Map<Hit, Range>();
  const byCell = new Map<string, Hit[]>();
  for (const hit of hits) {
    const found = byCell.get(hit.cell);
    if (found === undefined) byCell.set(hit.cell, [hit]);
    else found.push(hit);
  }
  const ids = new Set([...[...byCell.keys()].slice(0, MOST_MARKED), ...(current === null ? [] : [current.cell])]);
  for (const id of ids) {
    const cell = document.querySelector(`[data-cell-id="${CSS.escape(id)}"]`);
    const texts = searched.get(id);
    if (cell === null || texts === undefined) continue;
    const output = cell.querySelector(":scope > .out");
    const found = byCell.get(id) ?? [];
    for (const part of cell.children) {
      const kind = part === output ? "output" : "source";
      if (part.matches(".tools, .gut")) continue;
      place(part, found.filter((hit) => hit.part === kind), texts[kind], ranges);
    }
  }
  marked = ranges;
  if (typeof CSS.highlights === "undefined") return;
  CSS.highlights.set("found", new Highlight(...ranges.values()));
  const now = current === null ? undefined : ranges.get(current);
  CSS.highlights.set("found-now", new Highlight(...(now === undefined ? [] : [now])));
}

interface Shown {
  readonly text: string;
  readonly nodes: readonly { readonly node: Text; readonly from: number }[];
}

/** Source that is shown as it is has its places by number; prose and outputs are set otherwise, so theirs are sought one behind the other. */
function place(element: Element, hits: readonly Hit[], text: string, ranges: Map<Hit, Range>): void {
  if (hits.length === 0) return;
  const shown = textBelow(element);
  const same = shown.text.replace(/\u200b$/, "") === text;
  let from = 0;
  for (const hit of hits) {
    const sought = text.slice(hit.at, hit.at + hit.length);
    const at = same ? hit.at : shown.text.indexOf(sought, from);
    if (sought === "" || at < 0) continue;
    from = at + sought.length;
    const range = document.createRange();
    range.setStart(...pointAt(shown, at, false));
    range.setEnd(...pointAt(shown, from, true));
    ranges.set(hit, range);
  }
}

/** All text below an element, also where colours part it; lines of an editor are elements of their own. */
function textBelow(element: Element): Shown {
  const lines = element.querySelectorAll(".cm-line");
  const nodes: { node: Text; from: number }[] = [];
  let text = "";
  for (const [index, root] of (lines.length > 0 ? [...lines] : [element]).entries()) {
    if (index > 0) text += "\n";
    // Names at the carets of others are no part of the text.
    const isText = (node: Node) => (node.parentElement?.closest(".peer-caret") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
    const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT, isText);
    for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
      nodes.push({ node: node as Text, from: text.length });
      text += (node as Text).data;
    }
  }
  return { text, nodes };
}

/** The node that holds a place, and how far into it; an end belongs to the node before. */
function pointAt({ nodes }: Shown, at: number, end: boolean): [Text, number] {
  let [low, high] = [0, nodes.length - 1];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if (nodes[middle]!.from + (end ? 1 : 0) <= at) low = middle;
    else high = middle - 1;
  }
  const { node, from } = nodes[low]!;
  return [node, Math.min(at - from, node.length)];
}
