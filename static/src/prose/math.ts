/** KaTeX, with Sage's macros. This chunk comes with the first formula. */

import katex from "katex";

// When to do this comes with it: nothing before the first text or formula needs to know.
export { soon } from "./soon";

const MACROS: Record<string, string> = {
  // Fractions in matrices need room.
  "\\arraystretch": "1.35",
  "\\ZZ": "\\mathbb{Z}", "\\QQ": "\\mathbb{Q}", "\\RR": "\\mathbb{R}", "\\CC": "\\mathbb{C}", "\\NN": "\\mathbb{N}",
  "\\FF": "\\mathbb{F}", "\\GF": "\\mathbb{F}_{#1}", "\\Bold": "\\mathbb{#1}", "\\Zp": "\\mathbb{Z}_{#1}",
  "\\Qp": "\\mathbb{Q}_{#1}", "\\Zmod": "\\mathbb{Z}/#1\\mathbb{Z}", "\\CDF": "\\mathbb{C}", "\\RDF": "\\mathbb{R}",
  "\\CIF": "\\mathbb{C}", "\\RIF": "\\mathbb{R}", "\\CLF": "\\mathbb{C}", "\\RLF": "\\mathbb{R}", "\\QQbar": "\\overline{\\mathbb{Q}}",
  "\\AA": "\\mathbb{A}", "\\SR": "\\mathrm{SR}", "\\SL": "\\mathrm{SL}", "\\PSL": "\\mathrm{PSL}", "\\lcm": "\\operatorname{lcm}",
  "\\dist": "\\operatorname{dist}", "\\hbox": "\\text{#1}",
};

const OPTIONS = { output: "htmlAndMathml", throwOnError: false, trust: false, strict: false, maxExpand: 1000, maxSize: 50 } as const;

function addStyles(): void {
  const address = document.querySelector<HTMLMetaElement>("meta[name=math-css]")?.content;
  if (!address) return;
  const link = document.createElement("link");
  link.rel = "stylesheet";
  link.href = address;
  document.head.append(link);
}
addStyles();

/** Typeset into an element; false when KaTeX does not know it, and nothing is shown. */
export function typeset(element: HTMLElement, tex: string, display: boolean): boolean {
  try {
    katex.render(tex, element, { ...OPTIONS, macros: { ...MACROS }, displayMode: display, throwOnError: true });
    return true;
  } catch {
    element.textContent = "";
    return false;
  }
}
