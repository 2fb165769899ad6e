import assert from "node:assert/strict";
import { test } from "node:test";
import katex from "katex";
import { defines, isHarmless, MACROS, OPTIONS, prepared } from "client/prose/macros";

const shown = (tex: string, macros: Record<string, string> = { ...MACROS }) =>
  katex.renderToString(prepared(tex), { ...OPTIONS, macros, globalGroup: true, displayMode: true, output: "mathml" });

test("a name may be defined that there is already, as Sage does before every ring", () => {
  assert.ok(shown("\\newcommand{\\Bold}[1]{\\mathbf{#1}}\\Bold{Q}").includes("double-struck"));
  assert.ok(shown("\\newcommand{\\frac}[2]{#2}\\frac{1}{7}").includes("7"));
  assert.ok(shown("\\renewcommand\\ZZ{Z}\\ZZ").includes("Z"));
});

test("a definition reaches the formulas after it", () => {
  const macros = { ...MACROS };
  shown("\\newcommand{\\half}{\\frac12} \\half", macros);
  assert.ok(shown("\\half", macros).includes("mfrac"));
  shown("\\DeclareMathOperator{\\rk}{rank}", macros);
  assert.ok(shown("\\rk E", macros).includes("rank"));
});

test("environments that KaTeX lacks are set by those that it has", () => {
  for (const tex of ["\\begin{eqnarray} a &=& b \\\\ c &\\le& d \\end{eqnarray}", "\\begin{multline*} a \\\\ b \\end{multline*}", "\\begin{displaymath}x\\end{displaymath}", "\\begin{equation}x \\label{eq:x}\\end{equation}"]) {
    assert.ok(shown(tex).includes("math"), tex);
  }
});

test("a sum of hundreds of terms is set", () => {
  const terms = Array.from({ length: 351 }, (_, n) => `${n} \\, x^{${n}} \\, y \\, z`).join(" + ");
  assert.ok(shown(terms).includes("math"));
});

test("what defines names, and what is long, is tried apart first", () => {
  assert.ok(isHarmless("\\frac{1}{2} \\leq \\letter"));
  for (const tex of ["\\def\\a{b}", "\\let\\a\\b", "\\newcommand{\\a}{b}", "\\gdef\\a{}", "x".repeat(5000)]) assert.ok(!isHarmless(tex), tex.slice(0, 20));
  assert.ok(!isHarmless("\\twice{\\twice{x}}", { ...MACROS, "\\twice": "#1#1" }));
  assert.ok(isHarmless("\\ZZ", { ...MACROS, "\\twice": "#1#1" }));
  assert.ok(!isHarmless("\\ZZ", { ...MACROS, "\\ZZ": "\\twice" }));
  assert.ok(!defines("\\default \\letter"));
});
