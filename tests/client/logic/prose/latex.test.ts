import assert from "node:assert/strict";
import { test } from "node:test";
import { unwrapLatex } from "client/prose/latex";

test("LaTeX loses its wrapping and nothing else", () => {
  assert.equal(unwrapLatex("$\\displaystyle \\frac{1}{2}$"), "\\frac{1}{2}");
  assert.equal(unwrapLatex("\\[x\\]"), "x");
  assert.equal(unwrapLatex("x + $y$"), "x + $y$");
});
