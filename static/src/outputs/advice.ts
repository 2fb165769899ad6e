/** Advice that comes with an exception: read, and made true in the text of the cell when somebody asks for it. */

import type { CellInfo } from "../document/outline";
import { numberOf, objectOf, textOf } from "./kinds";
import type { Json } from "../net/messages";

/** A line of the cell in the place of another one, or, where there was none before, above one. */
export interface Change {
  readonly label: string;
  readonly line: number;
  readonly before: string | null;
  readonly after: string;
}

export interface Advice {
  readonly text: string;
  readonly change: Change | null;
}

/** A session may say anything; more than it ever gives is left out. */
const MOST = 3;
/** Cells that are looked through for a name. */
const MOST_CELLS = 2000;

export function adviceOf(value: Json | undefined): Advice[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST).map((entry) => {
    const hint = objectOf(entry);
    return { text: textOf(hint["text"]), change: changeOf(hint) };
  });
}

function changeOf(hint: { readonly [name: string]: Json | undefined }): Change | null {
  const line = numberOf(hint["line"]);
  const label = textOf(hint["label"]);
  const before = hint["before"];
  if (line < 1 || label === "" || (before !== null && typeof before !== "string")) return null;
  return { label, line, before, after: textOf(hint["after"]) };
}

/** The text of a cell with a change; null if it is not the text that the advice was given about any more. */
export function changed(text: string, change: Change): string | null {
  const lines = text.split("\n");
  const at = change.line - 1;
  if (at >= lines.length) return null;
  if (change.before === null) {
    if (lines.includes(change.after)) return null;
    lines.splice(at, 0, change.after);
  } else {
    if (lines[at] !== change.before) return null;
    lines[at] = change.after;
  }
  return lines.join("\n");
}

/** The name that an exception says is not defined. */
export function undefinedIn(name: string, message: string): string | null {
  if (name !== "NameError") return null;
  return /^name '([\p{L}_][\p{L}\p{N}_]{0,99})' is not defined/u.exec(message)?.[1] ?? null;
}

/** The code cell that gives a name its value: the last one above another cell, else the first one below it. */
export function cellThatDefines(
  name: string,
  cells: readonly CellInfo[],
  below: string,
  textOfCell: (id: string) => string,
): CellInfo | null {
  // An assignment, a function or class, or Sage's f(x) = …, at the margin. A name has no signs that mean something here.
  const made = new RegExp(`^(?:(?:async )?def |class )${name}\\b|^(?:[\\w, ]*[, ])?${name}(?:\\([^()\\n]*\\))?[ \\t]*(?:,[\\w, ]*)?=(?!=)`, "mu");
  const here = cells.findIndex((cell) => cell.id === below);
  const defines = (cell: CellInfo) => cell.type === "code" && cell.id !== below && made.test(textOfCell(cell.id).slice(0, 20_000));
  const above = cells.slice(Math.max(0, here - MOST_CELLS), Math.max(0, here)).reverse().find(defines);
  return above ?? cells.slice(here + 1, here + 1 + MOST_CELLS).find(defines) ?? null;
}
