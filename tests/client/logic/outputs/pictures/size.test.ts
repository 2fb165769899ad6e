import assert from "node:assert/strict";
import { test } from "node:test";
import { endingOf, fileName } from "client/outputs/pictures/saving";
import { sizeOf, sizeOfDrawing } from "client/outputs/pictures/size";

test("a drawing's size is read in its unit, or from its view box", () => {
  assert.deepEqual(sizeOfDrawing('<?xml version="1.0"?><svg width="432pt" height="288pt" viewBox="0 0 432 288">'), { width: 576, height: 384 });
  assert.deepEqual(sizeOfDrawing("<svg height='20' width='10px'>"), { width: 10, height: 20 });
  assert.deepEqual(sizeOfDrawing('<svg width="100%" viewBox="0 0 30 40">'), { width: 30, height: 40 });
});

test("what names no size, or one that no screen has, has none", () => {
  for (const svg of ["", "<p>", "<svg>", '<svg width="0" height="5">', '<svg width="1e9" height="5">', '<svg width="999999" height="5">']) assert.equal(sizeOfDrawing(svg), null, svg);
  assert.equal(sizeOf(Number.NaN, 1), null);
  assert.ok(sizeOfDrawing(`<svg ${'a="'.repeat(100_000)}`) === null);
});

test("a picture is saved under what it says of itself", () => {
  assert.equal(fileName("sin(x) über ℝ/../../etc", "svg"), "sin-x-über-ℝ-etc.svg");
  assert.equal(fileName("…", endingOf("image/jpeg")), "plot.jpg");
});
