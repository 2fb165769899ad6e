/** What a page has not heard to be saved, when the server has let the worksheet's past go: made anew in the new document.
 *
 * The former document takes back what is not saved, takes in what the new one says otherwise, and does it again: so Yjs
 * itself merges the two. Then the new document is brought to what came out. */

import { batch } from "@preact/signals";
import type * as Y from "yjs";
import type { SheetDocument, TOOLS } from "./document";
import type { Edits } from "./edits";

type Tools = typeof TOOLS;

type Fields = Readonly<Record<string, unknown>>;
type Cells = Readonly<Record<string, Fields | undefined>>;
type CellMap = Y.Map<unknown>;

interface Content {
  readonly meta: Fields;
  readonly cells: Cells;
}

/** A document that is no longer the sheet's, or the sheet. */
interface Former {
  readonly doc: Y.Doc;
  readonly map: Y.Map<CellMap>;
  readonly meta: Y.Map<unknown>;
}

/** Have a sheet go on with another document, and make in it what was not saved of the former one. */
export function carryOver(sheet: SheetDocument, edits: Edits, fresh: Y.Doc, past: number, tools: Tools): void {
  const { doc, map, meta } = sheet;
  const { steps } = edits;
  // First: editors take down where their carets are, and then the text moves under them.
  sheet.past.value = past;
  batch(() => {
    sheet.begin(fresh);
    edits.begin();
    makeAnew({ doc, map, meta }, steps, sheet, tools);
  });
  edits.flush();
}

function makeAnew(former: Former, steps: Y.UndoManager, sheet: SheetDocument, tools: Tools): void {
  const ours = contentOf(former);
  while (steps.undoStack.length > 0) steps.undo();
  const before = contentOf(former);
  if (same(ours, before)) return;
  const theirs = contentOf(sheet);
  // A cell that we have changed and somebody took away comes back: what was written in it is not lost.
  const kept = Object.keys(before.cells).filter((id) => ours.cells[id] !== undefined && !same(ours.cells[id], before.cells[id]));
  const cells = { ...Object.fromEntries(kept.map((id) => [id, before.cells[id]])), ...theirs.cells };
  former.doc.transact(() => bring(former, before, { ...theirs, cells }, tools), tools.remote);
  while (steps.redoStack.length > 0) steps.redo();
  const merged = contentOf(former);
  // The server had it already, only the page had not heard of it: else it would be there twice.
  const had = Object.keys(theirs.cells).filter((id) => same(theirs.cells[id], ours.cells[id]));
  const wanted = { ...merged.cells, ...Object.fromEntries(had.map((id) => [id, theirs.cells[id]])) };
  sheet.doc.transact(() => bring(sheet, theirs, { ...merged, cells: wanted }, tools));
}

function contentOf({ map, meta }: Former): Content {
  return { meta: meta.toJSON(), cells: map.toJSON() as Cells };
}

function bring({ map, meta }: Former, from: Content, to: Content, tools: Tools): void {
  setAll(meta, from.meta, to.meta, tools);
  for (const id of Object.keys({ ...from.cells, ...to.cells })) {
    const [old, wanted] = [from.cells[id], to.cells[id]];
    const cell = map.get(id);
    if (wanted === undefined) map.delete(id);
    else if (cell === undefined) map.set(id, new tools.Map(Object.entries(wanted).map(([key, value]) => [key, made(key, value, tools)])));
    else setAll(cell, old ?? {}, wanted, tools);
  }
}

function setAll(target: CellMap, from: Fields, to: Fields, tools: Tools): void {
  for (const key of Object.keys({ ...from, ...to })) {
    const [old, wanted, present] = [from[key], to[key], target.get(key)];
    if (same(old, wanted)) continue;
    if (key === "source" && present instanceof tools.Text) {
      const { at, remove, insert } = tools.splice(present.toString(), String(wanted));
      present.delete(at, remove);
      present.insert(at, insert);
    } else if (wanted === undefined) target.delete(key);
    else target.set(key, made(key, wanted, tools));
  }
}

/** A field's value for a document: texts and flags are types of Y. */
function made(key: string, value: unknown, { Map, Text }: Tools): unknown {
  if (key === "source") return new Text(String(value));
  return typeof value === "object" && value !== null ? new Map(Object.entries(value)) : value;
}

function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));
}

function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null) return value;
  return Object.entries(value).map(([key, each]) => [key, sorted(each)]).sort(([one], [other]) => (String(one) < String(other) ? -1 : 1));
}
