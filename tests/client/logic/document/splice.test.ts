import assert from "node:assert/strict";
import { test } from "node:test";
import { spliceBetween } from "client/document/splice";

test("a change of text is the smallest splice that cuts no character in two", () => {
  assert.deepEqual(spliceBetween("abcd", "abXcd"), { at: 2, remove: 0, insert: "X" });
  assert.deepEqual(spliceBetween("a\ud835\udd38c", "a\ud835\udd39c"), { at: 1, remove: 2, insert: "\ud835\udd39" });
  assert.deepEqual(spliceBetween("a\ud835\udd38c", "a\ud83c\udd38c"), { at: 1, remove: 2, insert: "\ud83c\udd38" });
  assert.deepEqual(spliceBetween("\ud835\udd38b", "\ud835\udd38c"), { at: 2, remove: 1, insert: "c" });
  assert.deepEqual(spliceBetween("aaa", "aa"), { at: 2, remove: 1, insert: "" });
});
