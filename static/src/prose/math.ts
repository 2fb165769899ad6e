/** KaTeX, with Sage's macros. This chunk comes with the first formula. */

import katex from "katex";
import { apart } from "./apart";
import { filled, numbered, referenceOf } from "./labels";
import { defines, isHarmless, MACROS, OPTIONS, prepared } from "./macros";
import { name, numberOf, showLink, watch } from "./references";
import { soon } from "./soon";

/** Characters of HTML: what is larger is shown when somebody asks for it, knowing that it takes a moment; and what is not shown at all. */
const LARGE = 700_000;
const MOST = 20_000_000;
/** Milliseconds that somebody who has asked waits. */
const PATIENCE = 20_000;
/** Cells of a matrix that come without asking. */
const MOST_CELLS = 900;

/** Macros that the texts of a worksheet define, by its address: one formula's reach the next, as in LaTeX. */
const defined = new Map<string, Record<string, string>>();
/** Formulas whose names nobody had defined yet: cells near the window are typeset before those that define. */
const unknown = new Set<() => void>();

export type Outcome = "shown" | "large" | "failed";

function addStyles(): void {
  const address = document.querySelector<HTMLMetaElement>("meta[name=math-css]")?.content;
  if (!address) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.append(link);
}
addStyles();

function macros(): Record<string, string> {
  const place = location.pathname;
  if (!defined.has(place)) defined.set(place, { ...MACROS });
  return defined.get(place)!;
}

/** Typeset a formula of a text; what KaTeX can't set stays as it was written, marked, with the reason. */
export async function typesetText(element: HTMLElement, formula: { readonly tex: string; readonly display: boolean }): Promise<void> {
  const { display } = formula;
  const reference = referenceOf(formula.tex);
  if (reference !== null) return showLink(element, reference);
  const written = numbered(formula.tex, display);
  const tex = filled(written, numberOf);
  try {
    if (!isHarmless(tex, macros())) await apart({ tex, display, macros: macros() });
    katex.render(prepared(tex), element, { ...OPTIONS, macros: macros(), globalGroup: true, displayMode: display });
    element.classList.remove("tex-error");
    name(element, tex);
    if (tex !== written) watch(element, () => filled(written, numberOf) !== tex && void typesetText(element, formula));
    if (defines(tex)) retry();
  } catch (error) {
    mark(element, display ? `$$${formula.tex}$$` : `$${formula.tex}$`, error);
    if (/Undefined control sequence/.test(String(error))) unknown.add(() => element.isConnected && void typesetText(element, formula));
  }
}

function retry(): void {
  const again = [...unknown];
  unknown.clear();
  again.forEach((each) => each());
}

function mark(element: HTMLElement, source: string, error: unknown): void {
  element.textContent = source;
  element.className = "tex-error";
  element.title = error instanceof Error ? error.message.replace(/^KaTeX parse error: /, "") : "";
}

/** Typeset the value of an output, soon. `wanted`: somebody has asked for it, however large it is. */
export function showFormula(element: HTMLElement, tex: string, wanted: boolean, said: (outcome: Outcome) => void): () => void {
  let gone = false;
  const off = soon(element, () => void outcomeOf(element, tex, wanted, () => gone).then((outcome) => gone || said(outcome)));
  return () => {
    gone = true;
    off();
  };
}

async function outcomeOf(element: HTMLElement, written: string, wanted: boolean, gone: () => boolean): Promise<Outcome> {
  const tex = filled(written, numberOf);
  // A line of text breaks where a sum may be broken; what only stands by itself is set by itself.
  const display = /\\tag|\\begin\{(?:equation|align|gather|alignat|CD|eqnarray|multline)/.test(tex);
  const cells = tex.split("&").length;
  if (!wanted && cells > MOST_CELLS) return "large";
  try {
    if (!isHarmless(tex, macros())) {
      const { size } = await apart({ tex, display, macros: macros() }, wanted ? PATIENCE : undefined);
      if (size > LARGE && !wanted) return "large";
      if (size > MOST) return "failed";
    }
    if (!gone()) katex.render(display ? prepared(tex) : `\\displaystyle ${prepared(tex)}`, element, { ...OPTIONS, macros: { ...macros() }, displayMode: display });
    name(element, written);
    return "shown";
  } catch {
    element.textContent = "";
    return "failed";
  }
}
