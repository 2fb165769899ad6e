/** Which cells are stale, why, and in which order they are to be run: pure, over what the server says of names. */

import type { Answer, CellNames } from "../../net/messages";
import { isOver, type Results } from "../results";

/** What is known of the session that is alive. */
export interface Known {
  readonly cells: ReadonlyMap<string, CellNames>;
  /** Which cell wrote a name last, and when; an empty cell: somebody had it removed. */
  readonly written: ReadonlyMap<string, { readonly cell: string; readonly order: number }>;
}

/** Why a cell is stale: by its text; a name that another cell wrote later, or would if it, being stale, were run; or what ran is no more, or not all of it. */
export type Why =
  | { readonly kind: "text" | "former" | "unfinished" }
  | { readonly kind: "written" | "behind"; readonly name: string; readonly cell: string };

export type Stale = ReadonlyMap<string, Why>;

const UNFINISHED: ReadonlySet<string> = new Set(["cancelled", "interrupted", "lost"]);

export function knownOf(message: Answer<"names">): Known {
  return {
    cells: new Map(message.cells.map((cell) => [cell.cell, cell])),
    written: new Map(message.written.map(({ name, cell, order }) => [name, { cell, order }])),
  };
}

/** What is known once a run has ended, or names were removed (then its cell is empty). */
export function withRun(known: Known, { cell, order, shape = "", reads = "", writes = "" }: Answer<"ran">): Known {
  const cells = cell === "" ? known.cells : new Map(known.cells).set(cell, { cell, order, shape, reads });
  const written = new Map(known.written);
  namesIn(writes).forEach((name) => written.set(name, { cell, order }));
  return { cells, written };
}

export function namesIn(text: string | undefined): string[] {
  return text ? text.split(" ") : [];
}

/** Which of these cells, in the order of the sheet, are stale; `isChanged` says whether a cell's text is another program than the one that ran. */
export function staleCells(cells: readonly string[], results: Results, known: Known, isChanged: (cell: string) => boolean): Stale {
  const stale = new Map<string, Why>();
  for (const cell of cells) {
    const run = results.get(cell)?.run;
    if (run === undefined || !isOver(run.state)) continue;
    const own = known.cells.get(cell);
    const name = own === undefined ? undefined : namesIn(own.reads).find((each) => isNewer(known, each, own));
    if (isChanged(cell)) stale.set(cell, { kind: "text" });
    else if (UNFINISHED.has(run.state)) stale.set(cell, { kind: "unfinished" });
    else if (own === undefined) stale.set(cell, { kind: "former" });
    else if (name !== undefined) stale.set(cell, { kind: "written", name, cell: known.written.get(name)!.cell });
  }
  const readers = readersOf(cells.filter((cell) => isOver(results.get(cell)?.run.state ?? "")), known);
  const open = [...stale.keys()];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    for (const [cell, name] of readers.get(source) ?? []) {
      if (stale.has(cell)) continue;
      stale.set(cell, { kind: "behind", name, cell: source });
      open.push(cell);
    }
  }
  return stale;
}

function isNewer(known: Known, name: string, own: CellNames): boolean {
  const written = known.written.get(name);
  return written !== undefined && written.cell !== own.cell && written.order > own.order;
}

/** The cells that read what a cell has written, with a name each. */
function readersOf(cells: readonly string[], known: Known): ReadonlyMap<string, [string, string][]> {
  const readers = new Map<string, [string, string][]>();
  for (const cell of cells) {
    const sources = new Map<string, string>();
    for (const name of namesIn(known.cells.get(cell)?.reads)) {
      const source = known.written.get(name)?.cell ?? "";
      if (source !== "" && source !== cell && !sources.has(source)) sources.set(source, name);
    }
    for (const [source, name] of sources) readers.set(source, [...(readers.get(source) ?? []), [cell, name]]);
  }
  return readers;
}

export interface Plan {
  /** What to run, each behind those whose names it reads, else as the sheet has it. */
  readonly order: readonly string[];
  /** Cells that read each other's names in a circle; they stand at the end of the order. */
  readonly circle: readonly string[];
}

/** The order in which these cells, given as the sheet has them, are to be run. */
export function planOf(cells: readonly string[], known: Known): Plan {
  const wanted = new Set(cells);
  const readers = readersOf(cells, known);
  const waits = new Map(cells.map((cell) => [cell, 0]));
  for (const [source, found] of readers) if (wanted.has(source)) found.forEach(([cell]) => waits.set(cell, waits.get(cell)! + 1));
  const order: string[] = [];
  let left = [...cells];
  while (left.length > 0) {
    const at = left.findIndex((cell) => waits.get(cell) === 0);
    const next = left[at];
    if (next === undefined) break;
    order.push(next);
    left.splice(at, 1);
    for (const [cell] of readers.get(next) ?? []) waits.set(cell, waits.get(cell)! - 1);
  }
  const circle = left.filter((cell) => isInCircle(cell, wanted, readers));
  return { order: [...order, ...left], circle };
}

/** Whether a cell reads, over others, what it writes itself. */
function isInCircle(cell: string, wanted: ReadonlySet<string>, readers: ReadonlyMap<string, [string, string][]>): boolean {
  const seen = new Set<string>();
  const open = [cell];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    for (const [reader] of readers.get(source) ?? []) {
      if (reader === cell) return true;
      if (!wanted.has(reader) || seen.has(reader)) continue;
      seen.add(reader);
      open.push(reader);
    }
  }
  return false;
}

/** What runs by itself after cells have run: those that read what was written anew, and those that read of these. Texts that were changed wait for who changed them. */
export function followers(cells: readonly string[], stale: Stale, known: Known): string[] {
  const readers = readersOf(cells, known);
  const found = new Set(cells.filter((cell) => stale.get(cell)?.kind === "written"));
  const open = [...found];
  for (let source = open.pop(); source !== undefined; source = open.pop()) {
    for (const [cell] of readers.get(source) ?? []) {
      if (found.has(cell) || stale.get(cell)?.kind !== "behind") continue;
      found.add(cell);
      open.push(cell);
    }
  }
  return cells.filter((cell) => found.has(cell));
}

/** Names that cells have left which are in the sheet no more. */
export function leftNames(cells: ReadonlySet<string>, known: Known): string[] {
  return [...known.written].filter(([, { cell }]) => cell !== "" && !cells.has(cell)).map(([name]) => name);
}
