/** What is left of a cell's text without remarks and blank space that mean nothing: whether a text is still the program that ran.
 *
 * The session tells the shape of what ran by the same rules (sagews/session/analysis/shape.py); tests/session/shapes.json holds both to them. */

import { sha256 } from "../../net/sha256";

const LONGEST = 64 * 1024;
const LENGTH = 32;
const TOKEN = new RegExp(
  [
    String.raw`(?<blank>(?:[ \t\f]|\\\n)+)`,
    String.raw`(?<remark>#[^\n]*)`,
    String.raw`(?<quoted>[A-Za-z]{0,2}(?:'{3}[^'\\]*(?:(?:\\[\s\S]|'(?!''))[^'\\]*)*'{3}`,
    String.raw`"{3}[^"\\]*(?:(?:\\[\s\S]|"(?!""))[^"\\]*)*"{3}`,
    String.raw`'[^'\\\n]*(?:\\[\s\S][^'\\\n]*)*'`,
    String.raw`"[^"\\\n]*(?:\\[\s\S][^"\\\n]*)*"))`,
    String.raw`(?<word>(?:[A-Za-z0-9_]|[^\x00-\x7f])+)`,
    String.raw`(?<end>\n)`,
    String.raw`(?<mark>\*\*=?|//=?|>>=?|<<=?|->|\.{2,3}|[-+*/%@&|^=!<>:]=|[%!=<>+\-*/()\[\]{}.,:;@&|^~])`,
  ].join("|"),
  "y",
);
/** Whose own line is kept as it is, and what stands below it is code. */
const MAGIC = /%%?(?:time|timeit|prun|capture|sage|python)(?![A-Za-z0-9_])[^\n]*/y;
const FORMATTED = /^[A-Za-z]?[fFtT][A-Za-z]?['"]/;
/** Read as quotes where they stand in code. */
const TYPESET = /[\u2018-\u201f]/;

/** The digest of a text's tokens; "" where it has to be compared as it was written. */
export function shapeOf(text: string): string {
  if (text.length > LONGEST || TYPESET.test(text)) return "";
  const tokens = tokensOf(text);
  return tokens === null ? "" : sha256(tokens.join("\0")).slice(0, LENGTH);
}

function matchAt(pattern: RegExp, text: string, place: number): RegExpExecArray | null {
  pattern.lastIndex = place;
  return pattern.exec(text);
}

/** Null where the text can't be read for certain. */
function tokensOf(text: string): string[] | null {
  const tokens: string[] = [];
  let [depth, last, indent, ended, place] = [0, "", "", false, 0];
  while (place < text.length) {
    // At the start of a line `%` begins a magic, and so it does behind `=`; else it is the remainder.
    const magic = text[place] === "%" && (last === "" || last === "=");
    const found = matchAt(magic && last === "" ? MAGIC : TOKEN, text, place);
    if (found === null || (magic && last !== "")) return null;
    const [token] = found;
    const kinds = found.groups ?? {};
    place += token.length;
    if (kinds["blank"] !== undefined) indent ||= token;
    else if (kinds["end"] !== undefined) {
      ended ||= last !== "" && depth === 0;
      if (depth === 0) last = "";
      indent = "";
    } else if (kinds["remark"] === undefined) {
      if (token === "!" || (kinds["quoted"] !== undefined && !isPlain(token))) return null;
      if (last === "") {
        if (ended) tokens.push("\n");
        tokens.push(indent);
        ended = false;
      }
      if (kinds["mark"] !== undefined) depth = Math.max(0, depth + ("([{".includes(token) ? 1 : 0) - (")]}".includes(token) ? 1 : 0));
      last = token;
      tokens.push(token);
    }
  }
  return tokens;
}

/** Whether a text in quotes ends where it seems to: within the braces of an f-string, quotes may stand. */
function isPlain(text: string): boolean {
  if (!FORMATTED.test(text)) return true;
  let depth = 0;
  for (const character of text) {
    depth += (character === "{" ? 1 : 0) - (character === "}" ? 1 : 0);
    if (depth < 0) return false;
  }
  return depth === 0;
}
