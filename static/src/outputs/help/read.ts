/** What a session tells of a name, read with bounds: a person's own code may have said it. */

import type { Formula } from "../../prose/scan";

export interface Help {
  readonly name: string;
  readonly signature: string;
  readonly type: string;
  readonly value: string;
  readonly file: string;
  readonly line: number;
  readonly source: string;
  readonly html: string;
  readonly formulas: readonly Formula[];
}

const LONGEST = 400_000;
const LONGEST_FACT = 4000;
const MOST_FORMULAS = 2000;

/** The help in a text, null where that has not the right form. */
export function readHelp(text: string): Help | null {
  let form: unknown;
  try {
    form = text.length <= LONGEST ? JSON.parse(text) : null;
  } catch {
    return null;
  }
  if (typeof form !== "object" || form === null) return null;
  const fields = form as Record<string, unknown>;
  const of = (key: string, longest = LONGEST_FACT) => (typeof fields[key] === "string" ? fields[key].slice(0, longest) : "");
  if (of("name") === "") return null;
  const line = fields["line"];
  return {
    name: of("name"),
    signature: of("signature"),
    type: of("type"),
    value: of("value"),
    file: of("file"),
    line: typeof line === "number" && Number.isSafeInteger(line) && line > 0 ? line : 0,
    source: of("source", LONGEST),
    html: of("html", LONGEST),
    formulas: formulasOf(fields["formulas"]),
  };
}

function formulasOf(value: unknown): Formula[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_FORMULAS).map((each: unknown) => {
    const [tex, display] = Array.isArray(each) ? (each as unknown[]) : [];
    return { tex: typeof tex === "string" ? tex : "", display: display === true };
  });
}

/** A file's name without the folders that are the same for all that is installed. */
export function shortFile(file: string): string {
  return file.replace(/^.*\/(?:site-packages|dist-packages|python3\.\d+)\//, "");
}

/** A line of an example: what is typed, behind its prompt, or what is answered. */
export interface ExampleLine {
  readonly prompt: string;
  readonly text: string;
}

const PROMPT = /^\s*(?:sage:|>>>|\.{3,4}:?)(?: |$)/;

/** The lines of an example, null for a text that is none. */
export function exampleLines(text: string): ExampleLine[] | null {
  if (!/^\s*(?:sage:|>>>)(?: |$)/.test(text)) return null;
  let typed = false;
  return text.replace(/\s+$/, "").split("\n").map((line) => {
    const prompt = PROMPT.exec(line)?.[0] ?? "";
    // What is answered may begin with dots too: only behind what is typed they are a prompt.
    typed = prompt !== "" && (typed || !prompt.trim().startsWith("."));
    return typed ? { prompt, text: line.slice(prompt.length) } : { prompt: "", text: line };
  });
}

/** What is typed in an example, without prompts. */
export function codeOf(lines: readonly ExampleLine[]): string {
  return lines.filter(({ prompt }) => prompt !== "").map(({ text }) => text).join("\n");
}
