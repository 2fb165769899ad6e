/** Patterns are looked for beside the page: one that takes for ever is given up with its worker, and the page goes on.
 *
 *   {number, cells, query}            → {number, hits}
 *   {number, cells, query, template}  → {number, edits}
 *   anything that goes wrong          → {number, problem, tooMuch} */

import { editsOf, hitsOf, TooMuch, type Edit, type Hit, type Query, type Searched } from "./query";

export interface Task {
  readonly cells: readonly Searched[];
  readonly query: Query;
  /** What replaces each place; without one, places are only found. */
  readonly template?: string;
}
export type Done =
  | { readonly hits: readonly Hit[] }
  | { readonly edits: Readonly<Record<string, readonly Edit[]>> }
  | { readonly problem: string; readonly tooMuch: boolean };

function done({ cells, query, template }: Task): Done {
  return template === undefined ? { hits: hitsOf(cells, query) } : { edits: editsOf(cells, query, template) };
}

self.onmessage = ({ data }: MessageEvent<Task & { number: number }>) => {
  let answer: Done;
  try {
    answer = done(data);
  } catch (error) {
    answer = { problem: error instanceof Error ? error.message : "", tooMuch: error instanceof TooMuch };
  }
  self.postMessage({ number: data.number, ...answer });
};
