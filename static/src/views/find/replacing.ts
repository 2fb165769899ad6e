/** Places replaced in the texts of cells: one, or all in one step that is taken back as one. Outputs are the server's, and stay. */

import type { Bench } from "../../workbench/parts";
import { edited, type Edit, type Hit, type Query, type Searched } from "./query";
import { seek } from "./seek";

export interface Replaced {
  readonly places: number;
  readonly cells: number;
  /** Cells that would be longer than the server takes one, and were left. */
  readonly long: number;
  /** Cells that are protected from this person. */
  readonly kept: number;
  /** Cells whose text was changed by somebody else while it was looked through. */
  readonly moved: number;
  /** Where what was put in last ends: one goes on behind it. */
  readonly end: { readonly cell: string; readonly at: number } | null;
}

type Where = Pick<Bench, "worksheet" | "actions">;
type Edits = Readonly<Record<string, readonly Edit[]>>;

/** Replace what is found in these cells. Throws TooLong, TooMuch. */
export async function replaceAll(where: Where, cells: readonly Searched[], query: Query, template: string): Promise<Replaced> {
  const edits = await seek({ cells: cells.map((cell) => ({ ...cell, output: "" })), query, template });
  return make(where, cells, edits);
}

/** Replace one place; nothing where it is no such place any more. */
export async function replaceOne(where: Where, cell: Searched, hit: Hit, query: Query, template: string): Promise<Replaced> {
  const edits = await seek({ cells: [{ ...cell, output: "" }], query, template });
  return make(where, [cell], { [cell.id]: (edits[cell.id] ?? []).filter(({ at }) => at === hit.at) });
}

export function make({ worksheet: { kept, sheet }, actions }: Where, cells: readonly Searched[], found: Edits): Replaced {
  let [long, moved, held] = [0, 0, 0];
  const sections = new Set(sheet.cells.peek().filter(({ type }) => type === "section").map(({ id }) => id));
  const wanted: [string, readonly Edit[]][] = [];
  for (const { id, source } of cells) {
    // A heading is one line.
    const edits = (found[id] ?? []).map((edit) => (sections.has(id) ? { ...edit, insert: edit.insert.replace(/\s*\n\s*/g, " ") } : edit));
    if (edits.length === 0) continue;
    if (kept.peek().has(id)) held += 1;
    else if (sheet.text(id) !== source) moved += 1;
    else if (new TextEncoder().encode(edited(source, edits)).length > actions.longest) long += 1;
    else wanted.push([id, edits]);
  }
  // Place by place, so that carets and edits of others in between stay where they are; from behind, so that places hold.
  sheet.atOnce(() => {
    for (const [id, edits] of wanted) {
      const text = sheet.source(id);
      for (const { at, length, insert } of edits.toReversed()) {
        text?.delete(at, length);
        text?.insert(at, insert);
      }
    }
  });
  const places = wanted.reduce((sum, [, edits]) => sum + edits.length, 0);
  return { places, cells: wanted.length, long, moved, kept: held, end: endOf(wanted.at(-1)) };
}

function endOf(last: [string, readonly Edit[]] | undefined): Replaced["end"] {
  if (last === undefined) return null;
  const [cell, edits] = last;
  const by = edits.slice(0, -1).reduce((sum, { length, insert }) => sum + insert.length - length, 0);
  const { at, insert } = edits.at(-1)!;
  return { cell, at: at + by + insert.length };
}
