/** The mathematics that Sage writes, in the words of KaTeX: macros, options, and what is put otherwise. */

export const MACROS: Readonly<Record<string, string>> = {
  // Fractions in matrices need room.
  "\\arraystretch": "1.35",
  "\\ZZ": "\\mathbb{Z}", "\\QQ": "\\mathbb{Q}", "\\RR": "\\mathbb{R}", "\\CC": "\\mathbb{C}", "\\NN": "\\mathbb{N}",
  "\\FF": "\\mathbb{F}", "\\GF": "\\mathbb{F}_{#1}", "\\Bold": "\\mathbb{#1}", "\\Zp": "\\mathbb{Z}_{#1}",
  "\\Qp": "\\mathbb{Q}_{#1}", "\\Zmod": "\\mathbb{Z}/#1\\mathbb{Z}", "\\CDF": "\\mathbb{C}", "\\RDF": "\\mathbb{R}",
  "\\CIF": "\\mathbb{C}", "\\RIF": "\\mathbb{R}", "\\CLF": "\\mathbb{C}", "\\RLF": "\\mathbb{R}", "\\QQbar": "\\overline{\\mathbb{Q}}",
  "\\AA": "\\mathbb{A}", "\\SR": "\\mathrm{SR}", "\\SL": "\\mathrm{SL}", "\\PSL": "\\mathrm{PSL}", "\\lcm": "\\operatorname{lcm}",
  "\\dist": "\\operatorname{dist}", "\\hbox": "\\text{#1}",
};

export const OPTIONS = {
  output: "htmlAndMathml", throwOnError: true, trust: false, strict: false, maxSize: 50,
  // Each thin space is a macro, of which a long sum has thousands.
  maxExpand: 10_000,
} as const;

/** A definition of a name, in any of the ways that there are. */
const DEFINES = /\\(?:[egx]?def|let|futurelet|global|long|(?:re|provide)?newcommand|DeclareMathOperator)(?![a-zA-Z])/;
const COMMAND = /\\(?:re)?newcommand\*?\s*(?:\{\s*(\\[a-zA-Z]+)\s*\}|(\\[a-zA-Z]+))\s*(?:\[(\d)\](?!\s*\[))?/g;
const OPERATOR = /\\DeclareMathOperator(\*?)\s*\{?\s*(\\[a-zA-Z]+)\s*\}?\s*(\{[^{}]*\})/g;
/** What Sage writes before every ring, and what we have already. */
const BOLD = /^\s*\\newcommand\{\\Bold\}\[1\]\{\\mathbf\{#1\}\}/;

export function defines(tex: string): boolean {
  return DEFINES.test(tex);
}

/** A formula as KaTeX takes it: names may be defined that there are already, and environments have others to stand for them. */
export function prepared(tex: string): string {
  return tex
    .replace(BOLD, "")
    .replace(COMMAND, (_, braced: string | undefined, bare: string | undefined, count: string | undefined) => `\\def${braced ?? bare}${parameters(Number(count ?? 0))}`)
    .replace(OPERATOR, (_, star: string, name: string, word: string) => `\\def${name}{\\operatorname${star}${word}}`)
    .replace(/\\label\s*\{[^{}]*\}/g, "")
    .replace(/\\begin\{eqnarray(\*?)\}([^]*?)\\end\{eqnarray\1\}/g, (_, star: string, rows: string) => `\\begin{align${star}}${rows.replace(/&([^&\\]*|\s*\\[a-zA-Z]+\s*)&/g, "&$1")}\\end{align${star}}`)
    .replace(/\\(begin|end)\{multline(\*?)\}/g, "\\$1{gather$2}")
    .replace(/\\(begin|end)\{flalign(\*?)\}/g, "\\$1{align$2}")
    .replace(/\\(?:begin|end)\{(?:displaymath|math)\*?\}/g, "");
}

function parameters(count: number): string {
  return Array.from({ length: count }, (_, index) => `#${index + 1}`).join("");
}

/** Longer formulas, and those that define names, may take any time: they are tried apart first. */
const SHORT = 3000;

/** `macros` are those in force: what a text has defined may stand for anything, however short its name is. */
export function isHarmless(tex: string, macros: Readonly<Record<string, unknown>> = MACROS): boolean {
  if (tex.length > SHORT || defines(tex)) return false;
  return !Object.keys(macros).some((name) => macros[name] !== MACROS[name] && tex.includes(name));
}
