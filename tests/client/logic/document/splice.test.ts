import assert from "node:assert/strict";
import { test } from "node:test";
import { spliceBetween } from "client/document/splice";

test("a change of text is the smallest splice", () => {
  assert.deepEqual(spliceBetween("abcd", "abXcd"), { at: 2, remove: 0, insert: "X" });
  assert.deepEqual(spliceBetween("aaa", "aa"), { at: 2, remove: 1, insert: "" });
});
