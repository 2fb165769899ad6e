/** Names of equations, and what refers to them, as they stand in LaTeX. No view. */

export interface Row {
  readonly label: string;
  /** What stands in its \tag; null where it is counted. */
  readonly tag: string | null;
  /** Which of the counted rows of its formula it is, from 0; -1 where it has no number at all. */
  readonly counted: number;
}

export interface Reference {
  readonly label: string;
  readonly brackets: boolean;
}

const COUNTED = /^\s*\\begin\{(?:equation|align|alignat|gather|flalign|eqnarray|multline)\}/;
const ENVIRONMENT = /^\s*\\begin\{(?:equation|align|alignat|gather|flalign|eqnarray|multline)\*?\}/;
const ONE_ROW = /^\s*\\begin\{(?:equation|multline)\}/;
const LABEL = /\\label\s*\{([^{}]{1,100})\}/;
const TAG = /\\tag(\*?)\s*\{([^{}]*)\}/;
const ALONE = /^\\(eq)?ref\s*\{([^{}]{1,100})\}$/;
const REFERENCE = /\\(eq)?ref\s*\{([^{}]{1,100})\}/g;

/** A formula that has a name and stands by itself gets a number, as an equation. */
export function numbered(tex: string, display: boolean): string {
  return display && LABEL.test(tex) && !TAG.test(tex) && !ENVIRONMENT.test(tex) ? `\\begin{equation}${tex}\\end{equation}` : tex;
}

/** The rows of a formula that have names. */
export function namedRows(tex: string): Row[] {
  const counts = COUNTED.test(tex);
  const rows = ONE_ROW.test(tex) ? [tex] : rowsOf(tex);
  let counted = -1;
  return rows.flatMap((row) => {
    const tag = TAG.exec(row);
    const has = counts && tag === null && !/\\(?:nonumber|notag)(?![a-zA-Z])/.test(row);
    if (has) counted += 1;
    const label = LABEL.exec(row)?.[1];
    if (label === undefined) return [];
    return [{ label: label.trim(), tag: tag === null ? null : tag[1] === "*" ? tag[2]! : `(${tag[2]})`, counted: has ? counted : -1 }];
  });
}

/** Rows of the outermost environment: those of a matrix in it are none. */
function rowsOf(tex: string): string[] {
  const rows: string[] = [];
  let [depth, from] = [0, 0];
  for (const { 0: found, index } of tex.matchAll(/\\begin\{|\\end\{|\\\\/g)) {
    if (found === "\\begin{") depth += 1;
    else if (found === "\\end{") depth -= 1;
    else if (depth <= 1) {
      rows.push(tex.slice(from, index));
      from = index + found.length;
    }
  }
  return [...rows, tex.slice(from)];
}

/** What is nothing but a reference; null for everything else. */
export function referenceOf(tex: string): Reference | null {
  const found = ALONE.exec(tex.trim());
  return found === null ? null : { label: found[2]!.trim(), brackets: found[1] !== undefined };
}

/** A formula with the numbers that it refers to. */
export function filled(tex: string, numberOf: (label: string) => string | null): string {
  return tex.replace(REFERENCE, (_, brackets: string | undefined, label: string) => `\\text{${shownNumber(numberOf(label.trim()), brackets !== undefined)}}`);
}

/** As LaTeX has it: \eqref in brackets, \ref without, and question marks where nothing has that name. */
export function shownNumber(number: string | null, brackets: boolean): string {
  const bare = number === null ? "??" : number.replace(/^\((.*)\)$/, "$1");
  return brackets ? `(${bare})` : bare;
}
