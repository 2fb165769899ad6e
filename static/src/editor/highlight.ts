/** Python and Sage coloured without an editor: what a sheet shows before, and instead of, CodeMirror. */

export interface Token {
  readonly text: string;
  /** One of k (keyword), s (string), n (number), c (comment), f (called or defined name); "" is plain. */
  readonly kind: "" | "k" | "s" | "n" | "c" | "f";
}

const KEYWORDS = new Set(
  ("False None True and as assert async await break class continue def del elif else except finally for from global " +
    "if import in is lambda nonlocal not or pass raise return try while with yield").split(" "),
);

const PATTERN = new RegExp(
  [
    "(#[^\\n]*)",
    "((?:[rRbBfFuU]{1,2})?(?:\"\"\"[\\s\\S]*?(?:\"\"\"|$)|'''[\\s\\S]*?(?:'''|$)|\"(?:\\\\.|[^\"\\\\\\n])*\"?|'(?:\\\\.|[^'\\\\\\n])*'?))",
    "(@[A-Za-z_][\\w.]*)",
    "((?:0[xXbBoO][\\da-fA-F_]+|\\d[\\d_]*(?:\\.(?!\\.)[\\d_]*)?(?:[eE][+-]?\\d+)?[jJ]?))",
    "([A-Za-z_\\u00a0-\\uffff][\\w\\u00a0-\\uffff]*)(?=(\\s*\\()?)",
  ].join("|"),
  "g",
);

/** Split source into tokens; joined, they are the source. */
export function tokens(source: string): Token[] {
  const found: Token[] = [];
  let from = 0;
  for (const match of source.matchAll(PATTERN)) {
    if (match.index > from) found.push({ text: source.slice(from, match.index), kind: "" });
    found.push({ text: match[0], kind: kindOf(match) });
    from = match.index + match[0].length;
  }
  if (from < source.length) found.push({ text: source.slice(from), kind: "" });
  return found;
}

function kindOf(match: RegExpMatchArray): Token["kind"] {
  if (match[1] !== undefined) return "c";
  if (match[2] !== undefined) return "s";
  if (match[3] !== undefined) return "f";
  if (match[4] !== undefined) return "n";
  if (KEYWORDS.has(match[5] ?? "")) return "k";
  return match[6] !== undefined ? "f" : "";
}
