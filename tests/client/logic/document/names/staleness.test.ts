import assert from "node:assert/strict";
import { test } from "node:test";
import type { Results } from "client/document/results";
import { followers, knownOf, leftNames, planOf, staleCells, withRun, type Known } from "client/document/names/staleness";

const nothing: Known = knownOf({ type: "names", document: "d", cells: [], written: [] });
let order = 0;

/** Runs, as "cell: reads -> writes", in this order. */
function ran(runs: readonly string[], from: Known = nothing): Known {
  return runs.reduce((known, run) => {
    const [, cell = "", reads = "", writes = ""] = /^(\w*): ([\w ]*?) ?-> ?([\w ]*)$/.exec(run) ?? [];
    return withRun(known, { type: "ran", document: "d", cell, order: (order += 1), shape: "", reads, writes });
  }, from);
}

function over(cells: readonly string[], state = "done"): Results {
  const run = (cell: string) => ({ run: cell, cell, number: 1, state, hash: "h", queued: "" });
  return new Map(cells.map((cell) => [cell, { run: run(cell), pieces: [], leftOut: 0, optimistic: false }]));
}

const kinds = (cells: string[], known: Known, changed: string[] = [], results = over(cells)) =>
  Object.fromEntries([...staleCells(cells, results, known, (cell) => changed.includes(cell))].map(([cell, why]) => [cell, why.kind]));

test("a cell is stale when a name that it read was written by a later run of another cell", () => {
  const known = ran(["a:  -> x", "b: x -> y", "c: y -> z"]);
  assert.deepEqual(kinds(["a", "b", "c"], known), {});
  const again = ran(["a:  -> x"], known);
  assert.deepEqual(kinds(["a", "b", "c"], again), { b: "written", c: "behind" });
  assert.deepEqual(kinds(["a", "b", "c"], ran(["b: x -> y"], again)), { c: "written" });
  assert.deepEqual(staleCells(["b"], over(["b"]), again, () => false).get("b"), { kind: "written", name: "x", cell: "a" });
});

test("what counts is the order of runs, not that of the sheet, and a cell's own names never make it stale", () => {
  assert.deepEqual(kinds(["a", "b"], ran(["b:  -> x", "a: x -> w"])), {});
  assert.deepEqual(kinds(["a", "b"], ran(["a: x -> w", "b:  -> x"])), { a: "written" });
  assert.deepEqual(kinds(["a"], ran(["a: n -> n", "a: n -> n"])), {});
  assert.deepEqual(kinds(["a", "b"], ran(["a:  -> x", "b: x -> x", "b: x -> x"])), {});
});

test("a name that a cell wrote once and writes no more is still what others have read", () => {
  assert.deepEqual(kinds(["a", "b"], ran(["b: x -> ", "a:  -> x", "a:  -> q"])), { b: "written" });
});

test("texts that changed, runs that did not end and sessions that are over make stale, and readers with them", () => {
  const known = ran(["a:  -> x", "b: x -> y"]);
  assert.deepEqual(kinds(["a", "b"], known, ["a"]), { a: "text", b: "behind" });
  assert.deepEqual(kinds(["a", "b", "c"], known), { c: "former" });
  assert.deepEqual(kinds(["a", "b"], known, [], over(["a", "b"], "cancelled")), { a: "unfinished", b: "unfinished" });
  assert.deepEqual(kinds(["a", "b"], known, ["a"], over(["a", "b"], "running")), {});
  assert.deepEqual(kinds(["a", "b"], known, [], new Map()), {});
  assert.deepEqual(kinds(["a"], nothing, ["a"]), { a: "text" });
});

test("names that somebody had removed make their readers stale", () => {
  const known = ran(["a:  -> x", "b: x -> y", ":  -> x"]);
  assert.deepEqual(staleCells(["b"], over(["b"]), known, () => false).get("b"), { kind: "written", name: "x", cell: "" });
});

test("cells are run behind those whose names they read, else in the order of the sheet", () => {
  const known = ran(["c:  -> x", "b: x -> y", "a: y -> z"]);
  assert.deepEqual(planOf(["a", "b", "c"], known), { order: ["c", "b", "a"], circle: [] });
  assert.deepEqual(planOf(["a", "d", "b"], known), { order: ["d", "b", "a"], circle: [] });
});

test("circles are named, and what only hangs on one is not", () => {
  const known = ran(["a: y -> x", "b: x -> y", "c: y -> z", "a: y -> x"]);
  assert.deepEqual(planOf(["a", "b", "c"], known), { order: ["a", "b", "c"], circle: ["a", "b"] });
});

test("what follows a run is what reads what it wrote, but for texts that were changed meanwhile", () => {
  const cells = ["a", "b", "c", "d"];
  const known = ran(["a:  -> x", "b: x -> y", "c: y -> z", "d: q -> ", "a:  -> x"]);
  const follow = (changed: string[]) => followers(cells, staleCells(cells, over(cells), known, (cell) => changed.includes(cell)), known);
  assert.deepEqual(follow([]), ["b", "c"]);
  assert.deepEqual(follow(["c"]), ["b"]);
  assert.deepEqual(follow(["b"]), []);
  assert.deepEqual(follow(["d"]), ["b", "c"]);
});

test("cells that are gone leave names", () => {
  assert.deepEqual(leftNames(new Set(["b"]), ran(["a:  -> x y", "b:  -> y z", ":  -> q"])), ["x"]);
});
