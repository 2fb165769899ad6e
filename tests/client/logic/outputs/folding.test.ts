import assert from "node:assert/strict";
import { test } from "node:test";
import { foldText } from "client/outputs/folding";

test("long text folds at 200 lines or 20,000 characters and says how many lines it has", () => {
  assert.equal(foldText("1\n".repeat(200)).folded, false);
  const long = foldText("1\n".repeat(14200));
  assert.deepEqual([long.folded, long.lines, long.head.split("\n").length], [true, 14200, 201]);
  assert.equal(foldText("x".repeat(30000)).head.length, 20000);
  assert.equal(foldText("a\nb").lines, 2);
});
