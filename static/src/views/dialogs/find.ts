/** Where a text stands in a worksheet: in cells and in what they printed, folded away or not; and its places on the screen. */

import type { Json } from "../../net/messages";

export interface Hit {
  readonly cell: string;
  readonly part: "source" | "output";
  /** Which one it is in that part of the cell, from 0. */
  readonly nth: number;
}

export interface Searched {
  readonly id: string;
  readonly source: string;
  readonly output: string;
}

/** Nobody goes through more. */
export const MOST_HITS = 9999;

/** All places of a text, in the order of the sheet; large and small letters are the same. */
export function hitsOf(cells: readonly Searched[], wanted: string): Hit[] {
  const hits: Hit[] = [];
  if (wanted === "") return hits;
  for (const { id, source, output } of cells) {
    for (const [part, text] of [["source", source], ["output", output]] as const) {
      const count = placesOf(text, wanted, MOST_HITS - hits.length).length;
      for (let nth = 0; nth < count; nth += 1) hits.push({ cell: id, part, nth });
    }
  }
  return hits;
}

function placesOf(text: string, wanted: string, most: number): number[] {
  const [inside, sought] = [lower(text), lower(wanted)];
  const places: number[] = [];
  for (let at = inside.indexOf(sought); at >= 0 && places.length < most; at = inside.indexOf(sought, at + sought.length)) places.push(at);
  return places;
}

/** Small letters in as many characters: places in them are places in the text. */
function lower(text: string): string {
  const small = text.toLowerCase();
  return small.length === text.length ? small : text;
}

/** What a piece of output says, as far as it is text. */
export function textOfPiece(kind: string, body: Json): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return "";
  const { text, name, message, data } = body as Record<string, Json>;
  if (kind === "stream" || kind === "notice") return typeof text === "string" ? text : "";
  if (kind === "error") return [name, message].filter((each) => typeof each === "string").join(": ");
  const plain = typeof data === "object" && data !== null && !Array.isArray(data) ? data["text/plain"] : "";
  return typeof plain === "string" ? plain : "";
}

/** The places of a text below an element, also where colours part it. */
export function rangesIn(element: Element, wanted: string): Range[] {
  // Names at the carets of others are no part of the text.
  const isText = (node: Node) => (node.parentElement?.closest(".peer-caret") ? NodeFilter.FILTER_REJECT : NodeFilter.FILTER_ACCEPT);
  const walker = document.createTreeWalker(element, NodeFilter.SHOW_TEXT, isText);
  const nodes: { node: Text; from: number }[] = [];
  let text = "";
  for (let node = walker.nextNode(); node !== null; node = walker.nextNode()) {
    nodes.push({ node: node as Text, from: text.length });
    text += (node as Text).data;
  }
  let index = 0;
  const place = (at: number, end: boolean) => {
    while (index + 1 < nodes.length && nodes[index + 1]!.from + (end ? 0 : -1) < at) index += 1;
    return [nodes[index]!.node, at - nodes[index]!.from] as const;
  };
  return placesOf(text, wanted, MOST_HITS).map((at) => {
    const range = document.createRange();
    range.setStart(...place(at, false));
    range.setEnd(...place(at + wanted.length, true));
    return range;
  });
}
