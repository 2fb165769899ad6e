import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { scan } from "client/prose/scan";

const found = (text: string) => scan(text).formulas.map(({ tex, display }) => (display ? `[${tex}]` : tex));

test("formulas are found in every way that they are written", () => {
  assert.deepEqual(found("a $x$ b $$y$$ c \\(z\\) d \\[w\\]"), ["x", "[y]", "z", "[w]"]);
  assert.deepEqual(found("so $s = t\n$ and $u$"), ["s = t\n", "u"]);
});

test("environments of formulas need no dollars around them", () => {
  const align = "\\begin{align*}\na &= b \\\\\nc &= d\n\\end{align*}";
  assert.deepEqual(found(`As\n${align}\nsays, and \\begin{equation}x\\end{equation}`), [`[${align}]`, "[\\begin{equation}x\\end{equation}]"]);
  assert.deepEqual(found("\\begin{itemize}\\item $x$\\end{itemize}"), ["x"]);
});

test("what refers to an equation is found in a text, and not in code", () => {
  assert.deepEqual(found("By \\eqref{eq:a} and \\ref{b}, `\\ref{c}`, \\reference{d}"), ["\\eqref{eq:a}", "\\ref{b}"]);
});

test("prices, escapes and code are no formulas", () => {
  assert.deepEqual(found("It costs $5 and $6, or \\$7$8."), []);
  assert.deepEqual(found("`$x$` ``a ` $y$`` $z$"), ["z"]);
  assert.deepEqual(found("```\n$x$\n```\n~~~\n$y$\n~~~\n$z$"), ["z"]);
  assert.deepEqual(found("a $x\n\ny$ b"), []);
});

test("a text without its formulas has a mark for each of them", () => {
  assert.equal(scan("a $x$ b $y$").text, "a \uE0000\uE001 b \uE0001\uE001");
  assert.equal(scan("\uE0000\uE001").text, "0");
});

test("no text takes longer than its length deserves", () => {
  for (const part of ["$a$1", "$", "$$ ", "\\[", "\\(", "`", "` `` ", "\\begin{align}", "\\begin{align}\\end{math}", "~~~\n", "$a\n"]) {
    const text = part.repeat(Math.ceil(200_000 / part.length));
    const start = process.cpuUsage();
    scan(text);
    // Milliseconds of processor: what is quadratic takes minutes.
    assert.ok(process.cpuUsage(start).user / 1000 < 2000, JSON.stringify(part));
  }
});

test("whatever the text, its formulas and the rest of it are all of it", () => {
  const letters = fc.string({ unit: fc.constantFrom("a", "$", "\\", "(", ")", "[", "]", "`", "\n", " ", "1", "~") });
  fc.assert(fc.property(letters, (text) => {
    const { text: rest, formulas } = scan(text);
    const length = formulas.reduce((sum, { tex }) => sum + tex.length, 0);
    assert.ok(length + rest.replace(/\uE000\d+\uE001/g, "").length <= text.length);
    assert.equal(rest.split("\uE000").length - 1, formulas.length);
  }));
});
