import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseAll, extendDown, extendUp, halves, join, moveDown, moveUp, runFrom, split, toText } from "client/views/worksheet/commands/arranging";
import { benchOf } from "../workbench/bench";

type Made = ReturnType<typeof benchOf>;
const texts = ({ worksheet }: Made) => worksheet.sheet.cells.value.map((cell) => worksheet.sheet.text(cell.id));
const ran = ({ link, worksheet }: Made) => link.take("run").flatMap((run) => run["cells"].map((each: { cell: string }) => worksheet.sheet.text(each.cell)));
const four = () => benchOf(["code", "a"], ["text", "b"], ["code", "c"], ["code", "d"]);
const parts = (bench: Made, caret = 0) => ({ ...bench, mounted: { editors: new Map(bench.ids.map((id) => [id, { caret: () => caret }])) } }) as any;

test("several cells are chosen from where one began, up or down, and the choice shrinks again", () => {
  const bench = four();
  bench.focus.select(bench.ids[1]!);
  extendDown(parts(bench));
  extendDown(parts(bench));
  assert.deepEqual(bench.focus.together.value, bench.ids.slice(1));
  extendUp(parts(bench));
  assert.deepEqual(bench.focus.together.value, bench.ids.slice(1, 3));
  extendUp(parts(bench));
  assert.deepEqual(bench.focus.together.value, []);
  extendUp(parts(bench));
  assert.deepEqual(bench.focus.together.value, bench.ids.slice(0, 2));
  bench.focus.select(bench.ids[3]!);
  assert.deepEqual(bench.focus.together.value, []);
});

test("what is chosen runs, moves, changes its kind, is cut and pasted as one, and undo takes it back as one", () => {
  const bench = four();
  bench.focus.select(bench.ids[2]!);
  extendDown(parts(bench));
  bench.actions.runHere();
  assert.deepEqual(ran(bench), ["c", "d"]);
  moveUp(bench);
  assert.deepEqual(texts(bench), ["a", "c", "d", "b"]);
  toText(bench);
  assert.deepEqual(bench.worksheet.sheet.cells.value.map((cell) => cell.type), ["code", "text", "text", "text"]);
  bench.actions.undo();
  assert.deepEqual(bench.worksheet.sheet.cells.value.map((cell) => cell.type), ["code", "code", "code", "text"]);
  bench.actions.cut();
  assert.deepEqual([texts(bench), bench.actions.deleted.value], [["a", "b"], 2]);
  bench.focus.select(bench.ids[0]!);
  bench.actions.paste();
  assert.deepEqual(texts(bench), ["a", "c", "d", "b"]);
});

test("all cells are chosen and deleted together, and come back together", () => {
  const bench = four();
  chooseAll(parts(bench));
  bench.actions.remove();
  assert.deepEqual(texts(bench), []);
  bench.actions.undo();
  assert.deepEqual(texts(bench), ["a", "b", "c", "d"]);
});

test("running what is chosen and going on goes on behind the last one", () => {
  const bench = benchOf(["code", "a"], ["code", "b"], ["code", "c"]);
  bench.focus.select(bench.ids[1]!);
  extendUp(parts(bench));
  bench.actions.runAndGoOn();
  assert.deepEqual([ran(bench), bench.focus.editing.value], [["a", "b"], bench.ids[2]]);
});

test("running from a cell on runs all below it", () => {
  const bench = benchOf(["code", "a"], ["code", "b"], ["section", "s"], ["code", "c"]);
  bench.focus.select(bench.ids[1]!);
  runFrom(bench);
  assert.deepEqual(ran(bench), ["b", "c"]);
});

test("a cell is split at its caret, the line break left out, and undo makes it whole", () => {
  const bench = benchOf(["code", "x = 1\ny = 2"], ["code", "z"]);
  bench.focus.edit(bench.ids[0]!);
  split(parts(bench, 6));
  assert.deepEqual(texts(bench), ["x = 1", "y = 2", "z"]);
  assert.equal(bench.focus.editing.value, bench.worksheet.sheet.cells.value[1]!.id);
  bench.actions.undo();
  assert.deepEqual(texts(bench), ["x = 1\ny = 2", "z"]);
});

test("a heading is not split, nor is anything by a reader", () => {
  const bench = benchOf(["section", "two words"]);
  bench.focus.edit(bench.ids[0]!);
  split(parts(bench, 3));
  assert.deepEqual(texts(bench), ["two words"]);
});

test("cells are joined with the next one or among those that are chosen, in one step", () => {
  const bench = benchOf(["code", "a"], ["code", "b"], ["code", "c"], ["text", "d"]);
  bench.focus.select(bench.ids[0]!);
  join(parts(bench));
  assert.deepEqual([texts(bench), bench.focus.active.value], [["a\nb", "c", "d"], bench.ids[0]]);
  extendDown(parts(bench));
  join(parts(bench));
  assert.deepEqual(texts(bench), ["a\nb\nc", "d"]);
  join(parts(bench));
  assert.deepEqual([texts(bench), bench.worksheet.notices.current.value], [["a\nb\nc", "d"], "Only cells of one kind can be joined: all code, or all text."]);
  bench.actions.undo();
  bench.actions.undo();
  assert.deepEqual(texts(bench), ["a", "b", "c", "d"]);
});

test("halves keep every letter but the line break between them", () => {
  assert.deepEqual(halves("a\nb", 1), ["a", "b"]);
  assert.deepEqual(halves("a\nb", 2), ["a", "b"]);
  assert.deepEqual(halves("ab", 1), ["a", "b"]);
  assert.deepEqual(halves("", 0), ["", ""]);
});
