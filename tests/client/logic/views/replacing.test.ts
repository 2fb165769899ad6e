import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { make } from "client/views/find/replacing";
import { WELCOME } from "../link";
import { benchOf } from "../workbench/bench";

const put = (at: number, length: number, insert: string) => ({ at, length, insert });

test("many places in many cells are one step back, and the neighbours of a place are not touched", () => {
  const bench = benchOf(["code", "x + x"], ["text", "x"]);
  const [code, text] = bench.ids as [string, string];
  const { sheet } = bench.worksheet;
  const cells = bench.ids.map((id) => ({ id, source: sheet.text(id), output: "x" }));
  const deltas: unknown[] = [];
  sheet.source(code)!.observe((event) => deltas.push(event.delta));
  const done = make(bench, cells, { [code]: [put(0, 1, "yy"), put(4, 1, "yy")], [text]: [put(0, 1, "yy")] });
  assert.deepEqual([sheet.text(code), sheet.text(text)], ["yy + yy", "yy"]);
  assert.deepEqual(deltas, [[{ delete: 1 }, { insert: "yy" }, { retain: 3 }, { delete: 1 }, { insert: "yy" }]]);
  assert.deepEqual([done.places, done.cells, done.end], [3, 2, { cell: text, at: 2 }]);
  bench.actions.undo();
  assert.deepEqual([sheet.text(code), sheet.text(text)], ["x + x", "x"]);
});

test("a cell that somebody changed meanwhile, and one that would be too long, stay as they are and are counted", () => {
  const bench = benchOf(["code", "x"], ["code", "x"]);
  const [first, second] = bench.ids as [string, string];
  const cells = [{ id: first, source: "older", output: "" }, { id: second, source: "x", output: "" }];
  const done = make(bench, cells, { [first]: [put(0, 1, "y")], [second]: [put(0, 1, "y".repeat(500_001))] });
  assert.deepEqual([done.places, done.moved, done.long, done.end], [0, 1, 1, null]);
  assert.equal(bench.worksheet.sheet.text(first), "x");
});

test("a heading stays one line", () => {
  const bench = benchOf(["section", "one two"]);
  const [id] = bench.ids as [string];
  make(bench, [{ id, source: "one two", output: "" }], { [id]: [put(3, 1, " \n ")] });
  assert.equal(bench.worksheet.sheet.text(id), "one two");
});

test("a protected cell is left as it is for editors", () => {
  const bench = benchOf(["code", "x"]);
  const [id] = bench.ids as [string];
  bench.worksheet.sheet.setFlag(id, "protected", true);
  bench.link.welcome.value = { ...WELCOME, role: "editor" };
  const done = make(bench, [{ id, source: "x", output: "" }], { [id]: [put(0, 1, "y")] });
  assert.deepEqual([done.places, done.kept, bench.worksheet.sheet.text(id)], [0, 1, "x"]);
});
