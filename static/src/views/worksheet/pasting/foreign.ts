/** Cells in a text that was copied somewhere else: in Jupyter, in CoCalc, from a page with fences of code, or with prompts. */

import type { Copy } from "../../../document/document";
import { partsOf } from "../commands/headings";
import { typedTags, MARK } from "../attributes/tags";

type Json = unknown;

/** Cells that are pasted at once; a file with more is imported. */
export const MOST_CELLS = 1000;

/** What the editor's part knows of examples: the code of each, without prompts and answers. */
export type Examples = (text: string) => readonly string[];

/** The cells of a text, or null for one that is just a text. */
export function foreignCells(text: string, examples: Examples): Copy[] | null {
  const found = notebookCells(text) ?? sagewsCells(text) ?? fencedCells(text) ?? promptedCells(text, examples);
  return found === null || found.length === 0 ? null : found.slice(0, MOST_CELLS);
}

const code = (text: string, flags: Copy["flags"] = {}): Copy => ({ type: "code", depth: 0, text, flags });

/** Prose: its headings are sections here, as they would be in the file. */
function prose(text: string, flags: Copy["flags"] = {}): Copy[] {
  return partsOf(text)?.map((part) => ({ ...part, flags: {} })) ?? (text.trim() ? [{ type: "text", depth: 0, text, flags }] : []);
}

/** What Jupyter copies, a list of cells, or all of a notebook. */
function notebookCells(text: string): Copy[] | null {
  if (!/^\s*[[{]/.test(text) || !text.includes('"cell_type"')) return null;
  let found: Json;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const cells = Array.isArray(found) ? found : isObject(found) ? (found["cells"] ?? [found]) : null;
  if (!Array.isArray(cells) || !cells.every((cell) => isObject(cell) && typeof cell["cell_type"] === "string")) return null;
  return cells.slice(0, MOST_CELLS).flatMap(notebookCell);
}

function notebookCell(cell: Record<string, Json>): Copy[] {
  const { cell_type: kind, source, metadata } = cell;
  const lines = Array.isArray(source) ? source.filter((line) => typeof line === "string").join("") : source;
  const text = (typeof lines === "string" ? lines : "").replace(/\r\n?/g, "\n");
  const about = isObject(metadata) ? metadata : {};
  const flags: Record<string, boolean> = {};
  if (isObject(about["jupyter"]) && about["jupyter"]["source_hidden"] === true) flags["hideInput"] = true;
  const tags = Array.isArray(about["tags"]) ? about["tags"].filter((tag) => typeof tag === "string").slice(0, 16) : [];
  for (const tag of tags) if (typedTags(tag)?.length === 1) flags[MARK + typedTags(tag)![0]!] = true;
  if (kind === "code") return [code(text, flags)];
  return prose(kind === "raw" ? fence(text) : text, flags);
}

/** A text that is shown as it is. */
function fence(text: string): string {
  const ticks = "`".repeat(Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length)) + 1);
  return `${ticks}\n${text}\n${ticks}`;
}

/** A part of a CoCalc worksheet: sagews/model/formats/sagews.py reads whole files in the same way. Outputs are left. */
function sagewsCells(text: string): Copy[] | null {
  if (!/^[\ufe20\ufe21]/m.test(text)) return null;
  const cells: { flags: string; lines: string[] }[] = [{ flags: "", lines: [] }];
  for (const line of text.split("\n")) {
    if (line.startsWith("\ufe20")) cells.push({ flags: line.slice(37), lines: [] });
    else if (!line.startsWith("\ufe21")) cells.at(-1)!.lines.push(line);
  }
  return cells.flatMap(({ flags, lines }) => {
    const source = lines.join("\n").replace(/^\n+|\n+$/g, "");
    const mode = /^\s*%md\b[ \t]*\n?/.exec(source);
    if (mode !== null) return prose(source.slice(mode[0].length));
    return source.trim() ? [code(source, flags.includes("i") ? { hideInput: true } : {})] : [];
  });
}

const OPENS = /^(`{3,}|~{3,})[ \t]*(?:\{?(?:code-cell|sage|python|ipython)\b[^`]*)$/i;
const FRONT = /^---\n[^]*?\n(?:---|\.\.\.)\n/;
const OWN = /^<!-- cell\b[^>]*-->$/;

/** Markdown with fences of Sage or Python, as our own files and other people's pages have it. */
function fencedCells(given: string): Copy[] | null {
  const text = given.replace(/\r\n?/g, "\n").replace(FRONT, "");
  const lines = text.split("\n");
  if (!lines.some((line) => OPENS.test(line))) return null;
  const cells: Copy[] = [];
  let [open, kept] = ["", [] as string[]];
  const end = (as: "code" | "text") => {
    const body = kept.join("\n").replace(/^\n+|\n+$/g, "");
    cells.push(...(as === "code" ? [code(kept.join("\n"))] : prose(body)));
    kept = [];
  };
  for (const line of lines) {
    const opens = OPENS.exec(line)?.[1];
    if (open !== "" && line.startsWith(open) && line.slice(open.length).trim() === "") {
      end("code");
      open = "";
    } else if (open === "" && opens !== undefined) {
      end("text");
      open = opens;
    } else if (open === "" && OWN.test(line)) end("text");
    else kept.push(line);
  }
  end(open === "" ? "text" : "code");
  return cells;
}

/** An example with prompts: what stands before an answer is a cell. */
function promptedCells(text: string, examples: Examples): Copy[] | null {
  const found = examples(text);
  return found.length > 1 ? found.map((each) => code(each)) : null;
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
