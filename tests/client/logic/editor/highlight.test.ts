import assert from "node:assert/strict";
import { test } from "node:test";
import { tokens } from "client/editor/highlight";

test("tokens joined are the source, with keywords, names, numbers and strings told apart", () => {
  const source = "def f(x):  # twice\n    return 2*x + [1..5][0] + '''a\nb''' + α";
  assert.equal(tokens(source).map((token) => token.text).join(""), source);
  const kinds = Object.fromEntries(tokens(source).map((token) => [token.text, token.kind]));
  assert.deepEqual([kinds["def"], kinds["f"], kinds["2"], kinds["# twice"], kinds["'''a\nb'''"]], ["k", "f", "n", "c", "s"]);
  assert.equal(tokens("[1..5]").map((token) => token.kind).join("|"), "|n||n|");
});
