import assert from "node:assert/strict";
import { test } from "node:test";
import { fromPoints, toPoints } from "client/editor/points";

test("code points and UTF-16 units are told apart", () => {
  assert.equal(toPoints("α𝔽x", 3), 2);
  assert.equal(fromPoints("α𝔽x", 2), 3);
});
