import assert from "node:assert/strict";
import { test } from "node:test";
import { Past } from "client/outputs/interact/past";

function back(past: Past): unknown {
  const values = past.undo();
  return values === null ? null : Object.fromEntries(values);
}

test("what is set while a control is held is one step", () => {
  const past = new Past();
  past.note("n", 1, 2, 0, true);
  past.note("n", 2, 3, 5000, true);
  past.letGo();
  past.note("n", 3, 4, 5001, true);
  assert.deepEqual([back(past), back(past), back(past)], [{ n: 3 }, { n: 1 }, null]);
});

test("quick changes of one control are one step, slow ones and those of another are not", () => {
  const past = new Past();
  past.note("n", 1, 2, 0, false);
  past.note("n", 2, 3, 500, false);
  past.note("m", "x", "y", 600, false);
  past.note("m", "y", "z", 5000, false);
  assert.deepEqual([back(past), back(past), back(past)], [{ m: "y" }, { m: "x" }, { n: 1 }]);
});

test("what was taken back comes again until something else is set", () => {
  const past = new Past();
  past.note("n", 1, 2, 0, false);
  assert.deepEqual(back(past), { n: 1 });
  assert.deepEqual(Object.fromEntries(past.redo()!), { n: 2 });
  assert.ok(!past.mayRedo);
  back(past);
  past.note("n", 1, 7, 10, false);
  assert.equal(past.redo(), null);
  assert.ok(past.mayUndo);
});

test("several values at once are one step", () => {
  const past = new Past();
  past.noteAll(new Map([["a", 1], ["b", 2]]), new Map([["a", 3], ["b", 4]]));
  past.note("a", 3, 5, 1, false);
  assert.deepEqual([back(past), back(past)], [{ a: 3 }, { a: 1, b: 2 }]);
});
