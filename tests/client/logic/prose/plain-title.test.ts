import assert from "node:assert/strict";
import { test } from "node:test";
import { plainTitle } from "client/prose/plain-title";

test("formulas in titles are plain text", () => {
  assert.equal(plainTitle("Curves $E/\\mathbb{Q}$ of rank one"), "Curves E/ℚ of rank one");
  assert.equal(plainTitle("$x^2 + \\alpha$ over $\\ZZ$"), "x² + α over ℤ");
  assert.equal(plainTitle("$\\frac{1}{2}$"), "1/2");
  assert.equal(plainTitle("It costs $5"), "It costs $5");
});
