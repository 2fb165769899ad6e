/** Whether what was typed can be run, or goes on in the next line: as a Python prompt sees it. */

/** What opens a text in quotes, in the order in which they have to be looked for. */
const QUOTES = ['"""', "'''", '"', "'"];
const OPEN = "([{";
const CLOSE = ")]}";
/** A mode takes all lines below it, so that only an empty one ends it. */
const MODE = /^\s*(%%\w+|%\w+\s*$)/;

/** Linear in the length of the text. */
export function isComplete(text: string): boolean {
  const lines = text.split("\n");
  const last = lines.at(-1) ?? "";
  const blank = last.trim() === "" && lines.length > 1;
  if (MODE.test(lines.find((line) => line.trim() !== "") ?? "")) return blank;
  const state = scan(text);
  if (state.quoted || state.depth > 0 || /\\\s*$/.test(last)) return false;
  if (blank) return true;
  // A block, a decorator: something has to follow.
  const code = state.lastCode.trim();
  if (code.endsWith(":") || code.startsWith("@")) return false;
  return !/^\s/.test(last) || lines.length === 1;
}

interface State {
  /** Whether a text of several lines is not closed. */
  readonly quoted: boolean;
  readonly depth: number;
  /** The last line without its remark. */
  readonly lastCode: string;
}

function scan(text: string): State {
  let depth = 0;
  let code = "";
  for (let place = 0; place < text.length; place += 1) {
    const letter = text[place]!;
    const quote = QUOTES.find((each) => text.startsWith(each, place));
    if (quote !== undefined) {
      const end = endOf(text, place + quote.length, quote);
      if (end === -1) return { quoted: true, depth, lastCode: code };
      code += "''";
      place = end - 1;
    } else if (letter === "#") {
      const end = text.indexOf("\n", place);
      place = (end === -1 ? text.length : end) - 1;
    } else if (letter === "\n") code = "";
    else {
      code += letter;
      if (OPEN.includes(letter)) depth += 1;
      else if (CLOSE.includes(letter)) depth -= 1;
    }
  }
  return { quoted: false, depth, lastCode: code };
}

/** Behind which place a text in quotes ends; a short one ends with its line, be it closed or not. -1 if it goes on. */
function endOf(text: string, from: number, quote: string): number {
  for (let place = from; place < text.length; place += 1) {
    if (text[place] === "\\") place += 1;
    else if (text.startsWith(quote, place)) return place + quote.length;
    else if (quote.length === 1 && text[place] === "\n") return place;
  }
  return quote.length === 1 ? text.length : -1;
}
