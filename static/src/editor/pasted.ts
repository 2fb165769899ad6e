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
  return outsideStrings(outsideStrings(withoutPrompts(text.replace(/\r\n?/g, "\n")), quotes), signs);
}

/** The code of an example with prompts; a text that does not begin with one stays as it is. */
function withoutPrompts(text: string): string {
  const lines = text.split("\n");
  if (!PROMPT.test(lines.find((line) => line.trim() !== "") ?? "")) return text;
  const code: string[] = [];
  let inside = false;
  for (const line of lines) {
    const prompt: RegExpExecArray | null = PROMPT.exec(line) ?? (inside ? MORE.exec(line) : null);
    inside = prompt !== null;
    if (prompt !== null) code.push(line.slice(prompt[0].length));
  }
  return code.join("\n");
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
