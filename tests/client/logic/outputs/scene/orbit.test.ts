import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { edgesOf, wordsOf, written } from "client/outputs/scene/box";
import { keyed, Pointers, wheeled } from "client/outputs/scene/gestures";
import { Live } from "client/outputs/scene/live";
import { axesOf, ballOf, firstOrbit, rotated, shifted, zoomed } from "client/outputs/scene/orbit";

const first = firstOrbit({ viewpoint: null, zoom: 1 });
const near = (one: readonly number[], other: readonly number[]) => one.forEach((each, at) => assert.ok(Math.abs(each - other[at]!) < 1e-9, `${one} ${other}`));
const dot = (one: readonly number[], other: readonly number[]) => one.reduce((sum, each, at) => sum + each * other[at]!, 0);

test("whatever is turned, moved and zoomed, the view stays a view", () => {
  const step = fc.tuple(fc.constantFrom(rotated, shifted), fc.double({ min: -1e6, max: 1e6, noNaN: true }), fc.double({ min: -1e6, max: 1e6, noNaN: true }));
  fc.assert(
    fc.property(fc.array(step), fc.double({ min: 0.0001, max: 1e6, noNaN: true }), (steps, by) => {
      const orbit = zoomed(steps.reduce((now, [change, x, y]) => change(now, x, y), first), by);
      const { right, up, eye } = axesOf(orbit);
      near([dot(right, right), dot(up, up), dot(eye, eye), dot(right, up), dot(up, eye), dot(right, eye)], [1, 1, 1, 0, 0, 0]);
      assert.ok(orbit.zoom > 0 && orbit.zoom <= 200 && up[2] >= 0);
    }),
  );
});

test("Sage's viewpoint is an axis and an angle", () => {
  near(axesOf(firstOrbit({ viewpoint: [1, 0, 0, 90], zoom: 1 })).eye, [0, 1, 0]);
  near(axesOf(firstOrbit({ viewpoint: [0, 0, 0, 90], zoom: 1 })).eye, axesOf(first).eye);
});

test("what is flat has an extent, and twelve edges", () => {
  const flat = { low: [0, 0, 5], high: [2, 2, 5] } as const;
  assert.equal(edgesOf(flat).length, 24);
  assert.deepEqual(ballOf(flat, [1, 1, 1]).center, [1, 1, 5]);
  assert.ok(ballOf(flat, [1, 1, 1]).radius > 0);
  assert.deepEqual(wordsOf(flat, ["a", "b", "c"], 1).slice(0, 3).map((word) => word.text), ["a = 1.0", "0.0", "2.0"]);
  assert.equal(written(-0.001, 2), "0.00");
  assert.equal(written(-0.01, 2), "-0.01");
});

test("keys, wheel and pointers change the view; other keys do not", () => {
  assert.equal(keyed("x", false, 1), null);
  assert.ok(keyed("ArrowLeft", false, 1)!(first).around > first.around);
  assert.notDeepEqual(keyed("ArrowLeft", true, 1)!(first).moved, first.moved);
  assert.ok(keyed("+", false, 1)!(first).zoom > 1);
  assert.ok(wheeled({ deltaY: 100, deltaMode: 0 })(first).zoom < 1);
  const pointers = new Pointers();
  assert.equal(pointers.moved(1, { x: 0, y: 0 }, false, 100, 1), null);
  pointers.begin(1, { x: 0, y: 0 });
  assert.ok(pointers.moved(1, { x: 10, y: 0 }, false, 100, 1)!(first).around < first.around);
  assert.equal(pointers.moved(1, { x: 20, y: 0 }, true, 100, 1)!(first).around, first.around);
  pointers.begin(2, { x: 120, y: 0 });
  assert.ok(Math.abs(pointers.moved(2, { x: 220, y: 0 }, false, 100, 1)!(first).zoom - 2) < 1e-9);
});

test("those that were seen last are live, and the oldest gives way", () => {
  const put: number[] = [];
  const live = new Live<number>(3, (item) => put.push(item));
  for (const item of [1, 2, 3, 1, 4, 5]) live.seen(item);
  assert.deepEqual(put, [2, 3]);
  live.gone(4);
  assert.equal(live.count, 2);
});
