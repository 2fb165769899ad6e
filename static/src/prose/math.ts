/** KaTeX, with Sage's macros. This chunk comes with the first formula. */

import katex from "katex";

const MACROS: Record<string, string> = {
  "\\ZZ": "\\mathbf{Z}", "\\QQ": "\\mathbf{Q}", "\\RR": "\\mathbf{R}", "\\CC": "\\mathbf{C}", "\\NN": "\\mathbf{N}",
  "\\FF": "\\mathbf{F}", "\\GF": "\\mathbf{F}_{#1}", "\\Bold": "\\mathbf{#1}", "\\Zp": "\\mathbf{Z}_{#1}",
  "\\Qp": "\\mathbf{Q}_{#1}", "\\Zmod": "\\mathbf{Z}/#1\\mathbf{Z}", "\\CDF": "\\mathbf{C}", "\\RDF": "\\mathbf{R}",
  "\\CIF": "\\mathbf{C}", "\\RIF": "\\mathbf{R}", "\\CLF": "\\mathbf{C}", "\\RLF": "\\mathbf{R}", "\\QQbar": "\\overline{\\mathbf{Q}}",
  "\\AA": "\\mathbf{A}", "\\SR": "\\mathrm{SR}", "\\SL": "\\mathrm{SL}", "\\PSL": "\\mathrm{PSL}", "\\lcm": "\\operatorname{lcm}",
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
