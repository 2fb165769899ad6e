/** Examples from manuals and web pages, made into code that runs when they are pasted.
 *
 * Prompts go, with the answers between them; blanks, quotes and minus signs of the typesetter become those of the language,
 * outside of strings and comments. */

import { tokens } from "./highlight";

const PROMPT = /^\s*(?:sage:|>>>|In \[\d+\]:)(?: |$)/;
const MORE = /^\s*\.{3,4}:?(?: |$)/;
/** Blanks that are no blanks to Python, and letters of no width. */
const BLANKS = /[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]/g;
const NOTHING = /[\u200b-\u200d\u2060\ufeff\u00ad]/g;
const SIGNS: Readonly<Record<string, string>> = { "−": "-", "–": "-", "‘": "'", "’": "'" };

/** What a text from elsewhere means as code. */
export function cleaned(text: string): string {
  const lines = withLineEnds(text);
  const code = examplesIn(lines);
  return typed(code === null ? lines : code.flat().join("\n"));
}

/** The code of each example in a text that begins with a prompt: what stands before an answer belongs together, and IPython numbers its own. */
export function examples(text: string): string[] {
  return (examplesIn(withLineEnds(text)) ?? []).map((lines) => typed(lines.join("\n")));
}

function withLineEnds(text: string): string {
  return text.replace(/\r\n?/g, "\n");
}

/** The lines of code in the examples of a text; null for one that does not begin with a prompt. */
function examplesIn(text: string): string[][] | null {
  const lines = text.split("\n");
  if (!PROMPT.test(lines.find((line) => line.trim() !== "") ?? "")) return null;
  const found: string[][] = [];
  let [inside, answered] = [false, true];
  for (const line of lines) {
    const first = PROMPT.exec(line);
    const prompt: RegExpExecArray | null = first ?? (inside ? MORE.exec(line) : null);
    inside = prompt !== null;
    if (prompt === null) answered ||= line.trim() !== "";
    else {
      if (first !== null && (answered || first[0].includes("["))) found.push([]);
      answered = false;
      found.at(-1)!.push(line.slice(prompt[0].length));
    }
  }
  return found;
}

function typed(text: string): string {
  return outsideStrings(outsideStrings(text, quotes), signs);
}

/** First the quotes that begin and end most strings, so that what stands between them is seen as a string afterwards. */
function quotes(text: string): string {
  return text.replace(/[“”„]/g, '"');
}

function signs(text: string): string {
  return text.replace(BLANKS, " ").replace(NOTHING, "").replace(/[−–‘’]/g, (sign) => SIGNS[sign]!);
}

function outsideStrings(text: string, change: (part: string) => string): string {
  return tokens(text).map(({ kind, text: part }) => (kind === "s" ? part : kind === "c" ? part.replace(BLANKS, " ") : change(part))).join("");
}
