/** What is looked for, and where it stands in worksheets: pure, because a worker does it where a pattern may take any time. */

export interface Query {
  readonly text: string;
  /** Large and small letters differ. */
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  /** The text is a regular expression of JavaScript, with Unicode and with ^ and $ at every line. */
  readonly pattern: boolean;
}

export interface Searched {
  readonly id: string;
  readonly source: string;
  readonly output: string;
}

export interface Hit {
  readonly cell: string;
  readonly part: "source" | "output";
  /** Where it begins, and how long it is, in UTF-16 units. */
  readonly at: number;
  readonly length: number;
}

export interface Edit {
  readonly at: number;
  readonly length: number;
  readonly insert: string;
}

/** Nobody goes through more. */
export const MOST_HITS = 9999;
/** What one change may hold, so that it is saved as one message and taken back as one step: places, and characters put in. */
const MOST_EDITS = 20_000;
const MOST_INSERTED = 500_000;

/** More than can be replaced in one step. */
export class TooMuch extends Error {}

/** Throws a SyntaxError for a pattern that is none. */
export function expressionOf({ text, matchCase, wholeWord, pattern }: Query): RegExp {
  const flags = matchCase ? "gmu" : "gimu";
  const sought = pattern ? text : text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
  // By itself first: what is put around it must not make a pattern of something that is none.
  const plain = new RegExp(sought, flags);
  return wholeWord ? new RegExp(`(?<![\\p{L}\\p{N}_])(?:${sought})(?![\\p{L}\\p{N}_])`, flags) : plain;
}

/** All places in the order of the sheet, in sources before outputs. */
export function hitsOf(cells: readonly Searched[], query: Query): Hit[] {
  const hits: Hit[] = [];
  if (query.text === "") return hits;
  const expression = expressionOf(query);
  for (const { id, source, output } of cells) {
    for (const [part, text] of [["source", source], ["output", output]] as const) {
      for (const found of text.matchAll(expression)) {
        if (hits.length === MOST_HITS) return hits;
        hits.push({ cell: id, part, at: found.index, length: found[0].length });
      }
    }
  }
  return hits;
}

/** What replaces each place in the sources, cell by cell, in the order of the text. Throws TooMuch. */
export function editsOf(cells: readonly Searched[], query: Query, template: string): Record<string, Edit[]> {
  const edits: Record<string, Edit[]> = {};
  if (query.text === "") return edits;
  const expression = expressionOf(query);
  let [count, inserted] = [0, 0];
  for (const { id, source } of cells) {
    for (const found of source.matchAll(expression)) {
      const insert = query.pattern ? expansion(found, template) : template;
      if ((count += 1) > MOST_EDITS || (inserted += insert.length) > MOST_INSERTED) throw new TooMuch();
      (edits[id] ??= []).push({ at: found.index, length: found[0].length, insert });
    }
  }
  return edits;
}

/** A replacement with its groups: $1 to $99, $<name>, $& or $0 for the whole, $$ for the sign; \n, \t and \\ as in code. */
export function expansion(found: RegExpExecArray, template: string): string {
  return template.replace(/\$(?:(\$)|(&|0(?!\d))|(\d{1,2})|<([^>]*)>)|\\([nt\\])/g, (written, sign, whole, number, name, letter) => {
    if (sign) return "$";
    if (whole) return found[0];
    if (number) return numbered(found, number) ?? written;
    if (letter) return { n: "\n", t: "\t" }[letter as string] ?? "\\";
    return found.groups === undefined ? written : (found.groups[name] ?? "");
  });
}

/** The group of a number, or of its first digit and then the second one; null where the pattern has none of these. */
function numbered(found: RegExpExecArray, digits: string): string | null {
  const number = Number(digits);
  if (number > 0 && number < found.length) return found[number] ?? "";
  const first = Number(digits[0]);
  return digits.length === 2 && first > 0 && first < found.length ? (found[first] ?? "") + digits[1]! : null;
}

/** A text with its edits made. */
export function edited(text: string, edits: readonly Edit[]): string {
  let [made, from] = ["", 0];
  for (const { at, length, insert } of edits) {
    made += text.slice(from, at) + insert;
    from = at + length;
  }
  return made + text.slice(from);
}
