import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cellsIn, plainText } from "client/workbench/clipboard";

test("cells are text for everybody else, headings with their signs", () => {
  assert.equal(plainText([{ type: "section", depth: 1, text: "Part" }, { type: "code", depth: 0, text: "1 + 1" }]), "### Part\n\n1 + 1");
});

test("what was kept comes back, and nothing else does", () => {
  const cells = [{ type: "code", depth: 0, text: "a" }, { type: "section", depth: 9.5, text: "b" }, { type: "x", text: "" }, null, 3];
  assert.deepEqual(cellsIn(JSON.stringify(cells)), [{ type: "code", depth: 0, flags: {}, text: "a" }, { type: "section", depth: 5, flags: {}, text: "b" }]);
  assert.deepEqual([cellsIn(null), cellsIn("{"), cellsIn('{"a":1}')], [[], [], []]);
  fc.assert(fc.property(fc.json(), (kept) => cellsIn(kept).every((cell) => typeof cell.text === "string")));
});
