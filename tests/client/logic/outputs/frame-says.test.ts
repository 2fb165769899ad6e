import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { heightIn } from "client/outputs/frame-says";

test("a frame gets the height that it asks for, within bounds", () => {
  assert.equal(heightIn({ sagews: "height", height: 222 }), 222);
  assert.deepEqual([heightIn({ sagews: "height", height: -5 }), heightIn({ sagews: "height", height: 1e9 })], [20, 3000]);
});

test("whatever else a frame says is no height", () => {
  for (const odd of [null, 3, "height", [], {}, { height: 9 }, { sagews: "render", height: 9 }, { sagews: "height", height: "9" }, { sagews: "height", height: NaN }, { sagews: "height", height: Infinity }]) {
    assert.equal(heightIn(odd), null);
  }
  fc.assert(fc.property(fc.anything(), (said) => heightIn(said) === null || heightIn(said)! <= 3000));
});
