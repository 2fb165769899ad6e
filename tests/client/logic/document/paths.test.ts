import assert from "node:assert/strict";
import { test } from "node:test";
import { nameOf } from "client/document/paths";

test("a document's name is its file's, without folder and ending", () => {
  assert.equal(nameOf("rank-one.sage.md"), "rank-one");
  assert.equal(nameOf("a/b/c.sage.md"), "c");
  assert.equal(nameOf("a.sage.md.txt"), "a.sage.md.txt");
  assert.equal(nameOf(""), "");
});
