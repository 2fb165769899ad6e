/** Cells that were cut or copied, beyond one page: in other worksheets and windows of this site as cells, and as text
 * everywhere else. */

import { effect } from "@preact/signals";
import type { Copy } from "../document/document";
import type { Json } from "../net/messages";
import type { Actions } from "./actions";
import type { Focus } from "./focus";

const KEY = "sagews.cells";
/** Characters; more stays in this page and on the system's clipboard. */
const MOST = 1_000_000;
const MOST_CELLS = 1000;
/** Flags of a cell, and characters of one. */
const MOST_FLAGS = 32;
const MOST_FLAG = 100;

/** What was copied in other programs. */
export interface Foreign {
  textOn(data: DataTransfer): string;
  paste(text: string): Promise<void>;
}

/** Join the commands Cut, Copy and Paste to the clipboard, and the browser's own keys to the commands; returns the way out. */
export function shareClipboard(actions: Actions, focus: Focus, foreign: Foreign): () => void {
  let known = cellsIn(localStorage.getItem(KEY));
  actions.copied.value = known;
  const off = effect(() => {
    const copies = actions.copied.value;
    if (copies === known || copies.length === 0) return;
    known = copies;
    keep(copies);
    writeToSystem(plainText(copies));
  });
  const elsewhere = (event: StorageEvent) => {
    if (event.key === KEY) actions.copied.value = known = cellsIn(event.newValue);
  };
  const taken = (event: ClipboardEvent) => {
    if (!isForSheet(event, focus) || window.getSelection()?.isCollapsed === false) return;
    if (event.type === "cut") actions.cut();
    else actions.copy();
    event.clipboardData?.setData("text/plain", plainText(actions.copied.value));
    event.preventDefault();
  };
  const pasted = (event: ClipboardEvent) => {
    const data = event.clipboardData;
    const text = data === null ? "" : foreign.textOn(data);
    if (!isForSheet(event, focus) || text === "") return;
    event.preventDefault();
    // What lies on the system's clipboard counts; the cells of it are here if they were copied on this site.
    if (sameText(text, plainText(actions.copied.value))) actions.paste();
    else void foreign.paste(text);
  };
  window.addEventListener("storage", elsewhere);
  for (const type of ["cut", "copy"] as const) document.addEventListener(type, taken);
  document.addEventListener("paste", pasted);
  return () => {
    off();
    window.removeEventListener("storage", elsewhere);
    for (const type of ["cut", "copy"] as const) document.removeEventListener(type, taken);
    document.removeEventListener("paste", pasted);
  };
}

/** Cells as text: what they say, one after the other. */
export function plainText(copies: readonly Copy[]): string {
  return copies.map(({ type, depth, text }) => (type === "section" ? `${"#".repeat(depth + 2)} ${text}` : text)).join("\n\n");
}

/** The cells that were kept, or none: other versions of the page, and anybody at its console, write there too. */
export function cellsIn(kept: string | null): readonly Copy[] {
  try {
    const found: unknown = JSON.parse(kept ?? "[]");
    return Array.isArray(found) ? found.slice(0, MOST_CELLS).flatMap(cellIn) : [];
  } catch {
    return [];
  }
}

function cellIn(value: Json): Copy[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const { type, depth, text, flags } = value;
  if ((type !== "code" && type !== "text" && type !== "section") || typeof text !== "string") return [];
  return [{ type, text, flags: flagsIn(flags), depth: typeof depth === "number" ? Math.min(Math.max(Math.trunc(depth), 0), 5) : 0 }];
}

/** Those that the server takes: sagews/backend/crdt/validator.py. */
function flagsIn(value: Json | undefined): Record<string, boolean | string> {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return {};
  const isFlag = (entry: [string, Json | undefined]): entry is [string, boolean | string] =>
    /^[A-Za-z][A-Za-z0-9_-]{0,30}$/.test(entry[0]) && (typeof entry[1] === "boolean" || (typeof entry[1] === "string" && entry[1].length <= MOST_FLAG));
  return Object.fromEntries(Object.entries(value).filter(isFlag).slice(0, MOST_FLAGS));
}

function keep(copies: readonly Copy[]): void {
  const text = JSON.stringify(copies.map(({ type, depth, text, flags }) => ({ type, depth, text, flags })));
  try {
    if (text.length <= MOST) localStorage.setItem(KEY, text);
    else localStorage.removeItem(KEY);
  } catch {
    // Full or forbidden: then cells can be pasted in this page, and as text elsewhere.
    localStorage.removeItem(KEY);
  }
}

/** By a copy event of our own: the asynchronous clipboard is absent where a page is served without TLS to other machines. */
function writeToSystem(text: string): void {
  const write = (event: ClipboardEvent) => {
    event.clipboardData?.setData("text/plain", text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  window.addEventListener("copy", write, { capture: true, once: true });
  document.execCommand("copy");
  window.removeEventListener("copy", write, { capture: true });
}

function isForSheet(event: ClipboardEvent, focus: Focus): boolean {
  const target = event.target;
  const inField = target instanceof Element && target.closest("input, textarea, select, dialog, aside, .cm-editor") !== null;
  return focus.mode.peek() === "command" && !inField && !event.defaultPrevented;
}

/** Clipboards of some systems change the ends of lines. */
function sameText(one: string, other: string): boolean {
  return one.replace(/\r\n?/g, "\n") === other.replace(/\r\n?/g, "\n");
}
