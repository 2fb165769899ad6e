import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines } from "client/views/history/diff";

test("a unified diff becomes coloured lines without its file headers", () => {
  const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n";
  assert.deepEqual(diffLines(diff).map((line) => line.kind), ["hunk", "same", "del", "add"]);
});
