/** How far a new line of Python is indented: brackets, colons, and the words that end a block. */

import { tokens } from "./highlight";

const UNIT = 4;
const ENDS = /^\s*(?:return|pass|break|continue|raise)\b/;
const CLAUSES = /^\s*(?:elif\b|else\b|except\b|finally\b|case\b)/;

/** The indentation, in spaces, of the line that begins at the end of `before`; `line` is what stands on it already. */
export function indentAfter(before: string, line = ""): number {
  const bracket = openBracket(before);
  if (bracket !== null) return /^\s*[)\]}]/.test(line) ? bracket.indent : bracket.column;
  const last = before.replace(/\n+$/, "").split("\n").at(-1) ?? "";
  const indent = /^ */.exec(last)![0].length;
  const code = tokens(last).filter((token) => token.kind !== "c").map((token) => token.text).join("").trimEnd();
  if (code.endsWith(":")) return indent + UNIT;
  if (ENDS.test(last) || CLAUSES.test(line)) return Math.max(0, indent - UNIT);
  return indent;
}

/** The column for a line that is such a clause: that of the statement it belongs to; null if it is none, or belongs to nothing. */
export function clauseColumn(before: string, line: string): number | null {
  const word = CLAUSE.exec(line)?.[1];
  const inString = tokens(before).at(-1)?.kind === "s";
  if (word === undefined || inString || openBracket(before) !== null) return null;
  // Where the line stands is kept if it fits: people may have moved it there.
  let least = columnOf(line) + 1;
  for (const each of before.split("\n").reverse()) {
    if (columnOf(each) >= least || /^\s*(?:#|$)/.test(each)) continue;
    least = columnOf(each);
    if (BELONGS[word]!.test(each)) return least;
  }
  return null;
}

/** A line that ends with the colon of `else`, `elif`, `except` or `finally`. */
export const CLAUSE = /^ *(else|elif|except|finally)\b.*:$/;
const BELONGS: Readonly<Record<string, RegExp>> = {
  elif: /^\s*(?:if|elif)\b/,
  else: /^\s*(?:if|elif|(?:async\s+)?for|while|except)\b/,
  except: /^\s*(?:try|except)\b/,
  finally: /^\s*(?:try|except|else)\b/,
};

function columnOf(line: string): number {
  return /^ */.exec(line)![0].length;
}

/** The innermost bracket that is still open: where its contents begin, and how its own line is indented. */
function openBracket(before: string): { column: number; indent: number } | null {
  const open: number[] = [];
  let at = 0;
  for (const token of tokens(before)) {
    if (token.kind !== "s" && token.kind !== "c") {
      for (let place = 0; place < token.text.length; place += 1) {
        if ("([{".includes(token.text[place]!)) open.push(at + place);
        else if (")]}".includes(token.text[place]!)) open.pop();
      }
    }
    at += token.text.length;
  }
  const place = open.at(-1);
  if (place === undefined) return null;
  const start = before.lastIndexOf("\n", place - 1) + 1;
  const indent = /^ */.exec(before.slice(start))![0].length;
  const alone = /^[^\S\n]*(?:\n|$)/.test(before.slice(place + 1));
  return { column: alone ? indent + UNIT : place - start + 1, indent };
}
