import assert from "node:assert/strict";
import { test } from "node:test";
import { isSame, readControls, readValue, type Control } from "client/outputs/interact/controls";
import type { Json } from "client/net/json";

function control(fields: Record<string, Json>): Control {
  const [found] = readControls([{ name: "a", label: "", ...fields }]);
  assert.ok(found !== undefined);
  return found;
}

test("controls are read with their kinds, whatever stands beside them", () => {
  const some = readControls([
    { name: "n", kind: "slider", label: "n", min: 0, max: 10, step: 1, integer: true, colour: "x" },
    { name: "n", kind: "check", label: "the second of that name" },
    { name: "s", kind: "select", label: 7, labels: ["one", 2] },
    { name: "b", kind: "buttons", labels: ["1", "2", "3", "4", "5"], rows: 2 },
    7,
    null,
  ]);
  assert.deepEqual(some, [
    { name: "n", kind: "slider", label: "n", min: 0, max: 10, step: 1, integer: true, decimals: 0 },
    { name: "s", kind: "select", label: "", labels: ["one", ""] },
    { name: "b", kind: "buttons", label: "", labels: ["1", "2", "3", "4", "5"], columns: 3 },
  ]);
});

test("what can't be a control is left out", () => {
  const none: Json[] = [
    { name: "", kind: "check" },
    { name: "a", kind: "toString" },
    { name: "a", kind: "rocket" },
    { name: "a", kind: "slider", min: 1, max: 0, step: 1 },
    { name: "a", kind: "slider", min: "0", max: 1 },
    { name: "a", kind: "select", labels: [] },
    { name: "a", kind: "multi", sliders: [{ min: 0, max: 1, step: 1 }, { min: 0 }] },
    { name: "a", kind: "grid", rows: 100, columns: 100 },
    { name: "a", kind: "grid", rows: -1, columns: 2 },
  ];
  assert.deepEqual(readControls(none), []);
  assert.deepEqual(readControls("x"), []);
  assert.equal(readControls(Array.from({ length: 500 }, (_, at) => ({ name: `c${at}`, kind: "check" }))).length, 500);
});

test("a value is only taken if it fits its control", () => {
  const range = control({ kind: "range", min: 0, max: 1, step: 0.1 });
  assert.deepEqual(readValue(range, [0.2, 0.4]), [0.2, 0.4]);
  assert.equal(readValue(range, [0.2]), undefined);
  assert.equal(readValue(range, ["0", 1]), undefined);
  const select = control({ kind: "select", labels: ["x", "y"] });
  assert.deepEqual([0, 1, 2, -1, 0.5, "0"].map((each) => readValue(select, each)), [0, 1, undefined, undefined, undefined, undefined]);
  assert.equal(readValue(control({ kind: "colour" }), "#ABCDEF"), "#abcdef");
  assert.equal(readValue(control({ kind: "colour" }), "red; x: y"), undefined);
  const grid = control({ kind: "grid", rows: 1, columns: 2 });
  assert.deepEqual(readValue(grid, [["1", "2"]]), [["1", "2"]]);
  assert.equal(readValue(grid, [["1", 2]]), undefined);
  assert.equal(readValue(control({ kind: "html", html: "x" }), "x"), undefined);
  assert.equal(readValue(control({ kind: "check" }), 1), undefined);
  assert.equal(readValue(control({ kind: "text" }), "x"), "x");
});

test("values are the same by what is in them", () => {
  assert.ok(isSame([1, 2], [1, 2]));
  assert.ok(!isSame([1, 2], [2, 1]));
  assert.ok(isSame("x", "x"));
  assert.ok(!isSame(1, "1"));
});
