import assert from "node:assert/strict";
import { test } from "node:test";
import { indentAfter } from "client/editor/indent";

test("a new line is indented after a colon, inside brackets, and back after return", () => {
  assert.equal(indentAfter("for p in primes(10):\n"), 4);
  assert.equal(indentAfter("    return 1\n"), 0);
  assert.equal(indentAfter("x = foo(1,\n"), 8);
  assert.equal(indentAfter("x = [\n"), 4);
  assert.equal(indentAfter("x = [\n    1,\n", "]"), 0);
  assert.equal(indentAfter("if a:\n    b\n", "else:"), 0);
});
