import assert from "node:assert/strict";
import { test } from "node:test";
import { readControls } from "client/outputs/interact/controls";
import { fragmentOf, valuesIn } from "client/outputs/interact/link";

const controls = readControls([
  { name: "n", kind: "slider", min: 0, max: 10, step: 1 },
  { name: "f", kind: "text" },
  { name: "go", kind: "button", text: "Go" },
]);
const target = { cell: "k3f9xy", place: 1 };

test("values go into a link and come out of it, without the presses of buttons", () => {
  const fragment = fragmentOf(target, controls, new Map<string, number | string>([["n", 4], ["f", "sin(x) & é #1"], ["go", 3]]))!;
  assert.ok(fragment.startsWith("#cell=k3f9xy&"));
  assert.deepEqual([...valuesIn(fragment, target, controls)], [["n", 4], ["f", "sin(x) & é #1"]]);
});

test("a link is for one interact of one cell", () => {
  const fragment = fragmentOf({ cell: "k3f9xy", place: 2 }, controls, new Map([["n", 4]]))!;
  assert.equal(valuesIn(fragment, target, controls).size, 0);
  assert.equal(valuesIn(fragment, { cell: "other2", place: 2 }, controls).size, 0);
  assert.equal(valuesIn(fragment, { cell: "k3f9xy", place: 2 }, controls).size, 1);
});

test("of a link that anybody wrote only what fits the controls is taken", () => {
  const values = (text: string) => [...valuesIn(`#cell=k3f9xy&values=${encodeURIComponent(text)}`, target, controls)];
  assert.deepEqual(values('{"n":"x","f":1,"go":5,"__proto__":1}'), []);
  assert.deepEqual(values('{"n":5,"q":1}'), [["n", 5]]);
  assert.deepEqual(values("{"), []);
  assert.deepEqual([...valuesIn("#second", target, controls)], []);
});

test("values that are too long for an address make no link", () => {
  assert.equal(fragmentOf(target, controls, new Map([["f", "x".repeat(5000)]])), null);
});
