/** Which parts of the workbench somebody had open in a worksheet: kept in their browser, and open again when they come back. */

import { effect } from "@preact/signals";
import { panels as registered } from "../../workbench/panels";
import type { Parts } from "../../workbench/parts";

const KEY = "sagews.panes";
/** Worksheets of which it is remembered. */
const MOST = 50;
/** Slides are begun by whoever presents, and a dialog by who has something to answer. */
const KEPT = new Set(["history", "variables", "console", "groups", "read"]);

export type Panes = Readonly<Record<string, readonly string[]>>;

/** What was kept, as far as it is in form. */
export function readPanes(kept: string | null): Panes {
  try {
    const found: unknown = JSON.parse(kept ?? "{}");
    if (typeof found !== "object" || found === null) return {};
    const entries = Object.entries(found).filter((entry): entry is [string, unknown[]] => Array.isArray(entry[1]));
    return Object.fromEntries(entries.map(([id, open]) => [id, open.filter((each): each is string => typeof each === "string" && KEPT.has(each))]));
  } catch {
    return {};
  }
}

/** What is to be kept once these are open in a worksheet: of the one that was looked at longest ago nothing. */
export function withPanes(panes: Panes, id: string, open: readonly string[]): Panes {
  const others = Object.entries(panes).filter(([each]) => each !== id);
  const kept = open.filter((each) => KEPT.has(each));
  return Object.fromEntries([...others, ...(kept.length > 0 ? [[id, kept] as const] : [])].slice(-MOST));
}

/** Open what was open, and remember what is from now on. Returns what ends this. */
export function rememberPanes({ panels, worksheet }: Parts): () => void {
  const read = () => readPanes(storage()?.getItem(KEY) ?? null);
  for (const id of read()[worksheet.id] ?? []) if (registered.get(id) !== null) panels.show(id);
  return effect(() => {
    const open = [panels.beside.value, panels.around.value].filter((each) => each !== null);
    try {
      storage()?.setItem(KEY, JSON.stringify(withPanes(read(), worksheet.id, open)));
    } catch {
      // A full store, or one that takes nothing: then nothing is remembered.
    }
  });
}

function storage(): Storage | null {
  try {
    return localStorage;
  } catch {
    return null;
  }
}
