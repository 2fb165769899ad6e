/** Where the mathematics of a Markdown text is: found in one pass, so that no text takes longer than its length deserves.
 *
 * `$…$`, `$$…$$`, `\(…\)`, `\[…\]`, the environments of display formulas and what refers to them, outside of code. */

export interface Formula {
  readonly tex: string;
  readonly display: boolean;
}

export interface Scanned {
  /** The text with a private-use mark for each formula. */
  readonly text: string;
  readonly formulas: readonly Formula[];
}

export const OPEN = "\uE000";
export const SHUT = "\uE001";

const ENVIRONMENT = "(?:equation|align|gather|multline|eqnarray|alignat|flalign|displaymath|math)\\*?";
const OPENER = new RegExp(`(\`+)|(^|\\n)(~{3,})|\\\\begin\\{(${ENVIRONMENT})\\}|\\\\(?:eq)?ref\\{[^{}\\n]{1,100}\\}|\\$\\$|\\$|\\\\\\[|\\\\\\(|\\\\[^]`, "g");

export function scan(source: string): Scanned {
  return new Scanner(source.replace(/[\uE000-\uE003]/g, "")).scan();
}

class Scanner {
  readonly formulas: Formula[] = [];
  /** What was looked for in vain is not there further on either. */
  readonly #missing = new Set<string>();
  readonly #ticks = new Map<number, number[]>();

  constructor(readonly source: string) {
    for (const run of source.matchAll(/`+/g)) {
      const length = run[0].length;
      if (!this.#ticks.has(length)) this.#ticks.set(length, []);
      this.#ticks.get(length)!.push(run.index);
    }
  }

  scan(): Scanned {
    const parts: string[] = [];
    const opener = new RegExp(OPENER);
    let from = 0;
    for (let match = opener.exec(this.source); match !== null; match = opener.exec(this.source)) {
      const code = this.#codeEnd(match);
      if (code !== null) {
        opener.lastIndex = code;
        continue;
      }
      const found = this.#formula(match);
      if (found === null) {
        // An escaped sign is passed over whole; of anything else the next letter may begin something.
        if (!match[0].startsWith("\\")) opener.lastIndex = match.index + Math.max(1, (match[1] ?? "").length);
        continue;
      }
      parts.push(this.source.slice(from, match.index), `${OPEN}${this.formulas.length}${SHUT}`);
      this.formulas.push(found.formula);
      from = opener.lastIndex = found.end;
    }
    return { text: parts.join("") + this.source.slice(from), formulas: this.formulas };
  }

  /** Where code ends that begins here; null when none does. */
  #codeEnd(match: RegExpExecArray): number | null {
    const [whole, ticks, , tildes] = match;
    if (tildes !== undefined) {
      const end = this.#find(`\n${tildes}`, match.index + whole.length);
      return end < 0 ? this.source.length : end + tildes.length + 1;
    }
    if (ticks === undefined) return null;
    const fence = ticks.length >= 3 && this.source.slice(this.source.lastIndexOf("\n", match.index) + 1, match.index).trim() === "";
    const end = this.#tickAfter(ticks.length, match.index);
    if (end !== null) return end + ticks.length;
    return fence ? this.source.length : null;
  }

  #tickAfter(length: number, place: number): number | null {
    const places = this.#ticks.get(length) ?? [];
    return places[firstAbove(places, place)] ?? null;
  }

  #formula(match: RegExpExecArray): { formula: Formula; end: number } | null {
    const [opener, , , , environment] = match;
    const start = match.index + opener.length;
    if (environment !== undefined) {
      const closer = `\\end{${environment}}`;
      const end = this.#find(closer, start);
      if (end < 0) return null;
      return { formula: { tex: this.source.slice(match.index, end + closer.length), display: environment !== "math" }, end: end + closer.length };
    }
    if (opener.endsWith("}")) return { formula: { tex: opener, display: false }, end: start };
    if (opener === "$") return this.#inline(start);
    const closer = CLOSERS[opener];
    if (closer === undefined) return null;
    const end = this.#find(closer, start);
    if (end < 0 || this.source.slice(start, end).trim() === "") return null;
    return { formula: { tex: this.source.slice(start, end), display: opener !== "\\(" }, end: end + closer.length };
  }

  /** Dollars of prices are none: no blank behind the first one, none before the last, no digit behind that. */
  #inline(start: number): { formula: Formula; end: number } | null {
    let end = start;
    while (end < this.source.length && this.source[end] !== "$") {
      if (this.source.startsWith("\n\n", end)) return null;
      end += this.source[end] === "\\" ? 2 : 1;
    }
    const tex = this.source.slice(start, end);
    if (end >= this.source.length || tex === "" || /^\s|[^\S\n]$/.test(tex) || /\d/.test(this.source[end + 1] ?? "")) return null;
    return { formula: { tex, display: false }, end: end + 1 };
  }

  #find(closer: string, from: number): number {
    if (this.#missing.has(closer)) return -1;
    const found = this.source.indexOf(closer, from);
    if (found < 0) this.#missing.add(closer);
    return found;
  }
}

const CLOSERS: Readonly<Record<string, string>> = { "$$": "$$", "\\[": "\\]", "\\(": "\\)" };

/** The index of the first of some rising numbers that is above another one. */
function firstAbove(numbers: readonly number[], bound: number): number {
  let low = 0;
  let high = numbers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (numbers[middle]! > bound) high = middle;
    else low = middle + 1;
  }
  return low;
}
