import assert from "node:assert/strict";
import { test } from "node:test";
import { along, decimalsOf, keyStep, longest, onStep, snapped, typedNumber, written, type Span } from "client/outputs/interact/numbers";

function span(min: number, max: number, step: number): Span {
  return { min, max, step, integer: false, decimals: decimalsOf(min, max, step) };
}

test("all values of a slider are written with as many digits as its steps need", () => {
  assert.equal(written(0.5, span(0, 1, 0.25)), "0.50");
  assert.equal(written(3, span(1, 10, 1)), "3");
  assert.equal(written(-1.5, span(-2, 2, 0.5)), "\u22121.5");
  assert.equal(written(1 / 3, span(0, 1, 0)), "0.333333");
  assert.equal(written(2 / 3, span(0, 1, 1 / 3)), "0.666667");
  assert.equal(longest(span(-10, 10, 0.5)), "\u221210.0".length);
});

test("numbers are read as people type them, and nothing else is one", () => {
  const read = ["2.5", " 2,5 ", "\u22121", "1e3", "1/3", "-1/4", ".5", "1 000"].map(typedNumber);
  assert.deepEqual(read, [2.5, 2.5, -1, 1000, 1 / 3, -0.25, 0.5, 1000]);
  const none = ["", "x", "1/0", "0x10", "Infinity", "1/2/3", "1,000,000", "2^3", "1e999"].map(typedNumber);
  assert.deepEqual(none, none.map(() => null));
});

test("a number goes to the nearest step, and one outside to none", () => {
  assert.equal(snapped(0.31, span(0, 1, 0.1)), 0.3);
  assert.equal(snapped(7, span(0, 7.5, 2)), 6);
  assert.equal(snapped(1.01, span(0, 1, 0.1)), null);
  assert.equal(snapped(Number.NaN, span(0, 1, 0.1)), null);
  assert.equal(snapped(0.123456, span(0, 1, 0)), 0.123456);
  assert.equal(onStep(99, span(0, 7.5, 2)), 6);
  assert.equal(onStep(-3, span(5, 5, 1)), 5);
});

test("keys move by a step, and where there is none by a small part of the way", () => {
  assert.equal(keyStep(span(0, 10, 2)), 2);
  assert.equal(keyStep(span(0, 10, 0)), 0.05);
  assert.deepEqual([along(5, span(0, 10, 1)), along(3, span(3, 3, 1)), along(20, span(0, 10, 1))], [0.5, 0, 1]);
});
