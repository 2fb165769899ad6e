import assert from "node:assert/strict";
import { test } from "node:test";
import katex from "katex";
import { filled, namedRows, numbered, referenceOf } from "client/prose/labels";
import { MACROS, OPTIONS, prepared } from "client/prose/macros";

const rows = (tex: string) => namedRows(tex).map(({ label, tag, counted }) => [label, tag ?? counted]);

test("each row of an environment has its own name and number", () => {
  const tex = "\\begin{align} a &= b \\label{first} \\\\ c &= d \\nonumber \\\\ e &= f \\tag{*}\\label{star} \\\\ g \\label{last} \\end{align}";
  assert.deepEqual(rows(tex), [["first", 0], ["star", "(*)"], ["last", 1]]);
});

test("rows of a matrix in an equation are none of its own", () => {
  assert.deepEqual(rows("\\begin{equation}\\begin{pmatrix}1\\\\2\\end{pmatrix}\\label{m}\\end{equation}"), [["m", 0]]);
  assert.deepEqual(rows("\\begin{align}\\begin{cases}1\\\\2\\end{cases}\\label{m}\\\\x\\label{n}\\end{align}"), [["m", 0], ["n", 1]]);
});

test("what has no number has none to refer to", () => {
  assert.deepEqual(rows("\\begin{align*} a \\label{no} \\end{align*}"), [["no", -1]]);
  assert.deepEqual(rows("x \\tag*{A}\\label{a}"), [["a", "A"]]);
});

test("a formula that has a name gets a number", () => {
  assert.equal(numbered("x\\label{a}", true), "\\begin{equation}x\\label{a}\\end{equation}");
  for (const tex of ["x", "x\\label{a}\\tag{1}", "\\begin{align}x\\label{a}\\end{align}"]) assert.equal(numbered(tex, true), tex);
  assert.equal(numbered("x\\label{a}", false), "x\\label{a}");
});

test("KaTeX counts as many rows as are counted here", () => {
  for (const tex of ["\\begin{align}a\\label{a}\\\\b\\notag\\\\c\\label{c}\\end{align}", "\\begin{gather}a\\\\b\\label{b}\\end{gather}", numbered("y\\label{y}", true), "\\begin{multline}a\\\\b\\label{m}\\end{multline}"]) {
    const html = katex.renderToString(prepared(tex), { ...OPTIONS, macros: { ...MACROS }, displayMode: true });
    const most = Math.max(...namedRows(tex).map(({ counted }) => counted));
    assert.ok(html.split('class="eqn-num"').length - 1 > most, tex);
  }
});

test("references say the number, with or without brackets, or that there is none", () => {
  assert.deepEqual(referenceOf("\\eqref{a}"), { label: "a", brackets: true });
  assert.equal(referenceOf("\\ref{a} + 1"), null);
  const number = (label: string) => (label === "a" ? "(7)" : label === "A" ? "A" : null);
  assert.equal(filled("by \\eqref{a}, \\ref{a}, \\ref{A}, \\ref{b}", number), "by \\text{(7)}, \\text{7}, \\text{A}, \\text{??}");
});
