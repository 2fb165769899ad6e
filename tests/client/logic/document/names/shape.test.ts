import assert from "node:assert/strict";
import { test } from "node:test";
import { shapeOf } from "client/document/names/shape";
import shapes from "../../../../session/shapes.json";

test("remarks and blank space change no shape, all else does, and what can't be read has none", () => {
  for (const [one = "", other = ""] of shapes.same) assert.equal(shapeOf(one), shapeOf(other), one);
  for (const [one = ""] of shapes.same) assert.notEqual(shapeOf(one), "", one);
  for (const [one = "", other = ""] of shapes.different) assert.ok(shapeOf(one) === "" || shapeOf(one) !== shapeOf(other), one);
  for (const text of shapes.none) assert.equal(shapeOf(text), "", text);
  assert.equal(shapeOf("a".repeat(65 * 1024)), "");
});

test("a shape is the one that the session tells", () => {
  for (const [text, digest] of Object.entries(shapes.digests)) assert.equal(shapeOf(text), digest, text);
});
