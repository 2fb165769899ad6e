import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { hitsOf, textOfPiece } from "client/views/dialogs/find";

const cells = [
  { id: "a", source: "f = Factor(f)", output: "" },
  { id: "b", source: "x", output: "factor\nFACTOR" },
];

test("places are counted in the order of the sheet, in sources before outputs, whatever the size of letters", () => {
  assert.deepEqual(hitsOf(cells, "factor").map(({ cell, part, nth }) => `${cell} ${part} ${nth}`), ["a source 0", "b output 0", "b output 1"]);
  assert.deepEqual(hitsOf(cells, ""), []);
  assert.equal(hitsOf([{ id: "a", source: "x".repeat(50_000), output: "" }], "x").length, 9999);
});

test("what pieces say is their text, their plain form, or the error's sentence", () => {
  assert.equal(textOfPiece("stream", { name: "stdout", text: "printed" }), "printed");
  assert.equal(textOfPiece("result", { data: { "text/plain": "1/2", "text/latex": "$x$" } }), "1/2");
  assert.equal(textOfPiece("error", { name: "ValueError", message: "no" }), "ValueError: no");
  assert.equal(textOfPiece("result", { data: [] }), "");
  assert.equal(textOfPiece("stream", null), "");
});
