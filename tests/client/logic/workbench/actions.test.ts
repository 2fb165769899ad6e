import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { deeper, moveDown, moveUp, runAbove, shallower, toSection, toText } from "client/views/worksheet/commands/arranging";
import { benchOf } from "./bench";

type Made = ReturnType<typeof benchOf>;
const texts = ({ worksheet }: Made) => worksheet.sheet.cells.value.map((cell) => worksheet.sheet.text(cell.id));
const ran = ({ link, worksheet }: Made) => link.take("run").flatMap((run) => run["cells"].map((each: { cell: string }) => worksheet.sheet.text(each.cell)));

test("running and going on runs the cell and writes in the next one; behind the last it makes one", () => {
  const bench = benchOf(["code", "a"], ["code", "b"]);
  bench.focus.select(bench.ids[0]!);
  bench.actions.runAndGoOn();
  assert.deepEqual([ran(bench), bench.focus.editing.value], [["a"], bench.ids[1]]);
  bench.actions.runAndGoOn();
  assert.deepEqual([ran(bench), texts(bench)], [["b"], ["a", "b", ""]]);
  assert.equal(bench.focus.editing.value, bench.worksheet.sheet.cells.value[2]!.id);
});

test("running a section runs what lies below its heading, running above what lies before", () => {
  const bench = benchOf(["code", "a"], ["section", "s"], ["code", "b"], ["section", "t", 1], ["code", "c"], ["section", "u"], ["code", "d"]);
  bench.focus.select(bench.ids[2]!);
  bench.actions.runSection();
  assert.deepEqual(ran(bench), ["b", "c"]);
  bench.focus.select(bench.ids[0]!);
  bench.actions.runSection();
  assert.deepEqual(ran(bench), ["a"]);
  bench.focus.select(bench.ids[4]!);
  runAbove(bench);
  assert.deepEqual(ran(bench), ["a", "b"]);
});

test("deleting takes a folded section with everything in it, and undo brings it back", () => {
  const bench = benchOf(["section", "s"], ["code", "a"], ["section", "t"]);
  bench.actions.toggle(bench.ids[0]!, "folded");
  bench.focus.select(bench.ids[0]!);
  bench.actions.remove();
  assert.deepEqual([texts(bench), bench.actions.deleted.value, bench.focus.active.value], [["t"], 2, bench.ids[2]]);
  bench.actions.undo();
  assert.deepEqual([texts(bench), bench.actions.deleted.value], [["s", "a", "t"], 0]);
});

test("cut and paste move cells, and duplicating leaves the clipboard alone", () => {
  const bench = benchOf(["code", "a"], ["code", "b"], ["code", "c"]);
  bench.focus.select(bench.ids[0]!);
  bench.actions.cut();
  bench.focus.select(bench.ids[2]!);
  bench.actions.duplicate();
  bench.actions.paste();
  assert.deepEqual(texts(bench), ["b", "c", "c", "a"]);
});

test("a cell that was cut comes back under its id, the first time, and a copied one never does", () => {
  const bench = benchOf(["code", "a"], ["code", "b"]);
  const ids = () => bench.worksheet.sheet.cells.value.map((cell) => cell.id);
  bench.focus.select(bench.ids[0]!);
  bench.actions.cut();
  bench.actions.paste();
  assert.deepEqual(ids(), [bench.ids[1], bench.ids[0]]);
  bench.actions.paste();
  assert.equal(new Set(ids()).size, 3);
  const copied = bench.focus.active.value!;
  bench.actions.copy();
  bench.actions.remove();
  bench.actions.paste();
  assert.deepEqual([ids().length, ids().includes(copied)], [3, false]);
});

test("a heading made of a cell is as deep as those around it", () => {
  const bench = benchOf(["section", "s"], ["section", "t", 1], ["code", "a"], ["code", "b"]);
  bench.focus.select(bench.ids[2]!);
  toSection(bench);
  assert.equal(bench.worksheet.sheet.cells.value[2]!.depth, 1);
});

test("restarting and running everything asks for the restart first", () => {
  const bench = benchOf(["code", "a"], ["code", "b"]);
  bench.worksheet.restartAndRunAll();
  assert.deepEqual(bench.link.sent.map((message) => message["type"]).filter((type) => type !== "edit"), ["restart", "run"]);
});

test("a section moves with its cells past its whole neighbour, and moving it back undoes that", () => {
  const bench = benchOf(["code", "a"], ["section", "s"], ["code", "b"], ["section", "t"], ["code", "c"], ["section", "u", 1], ["code", "d"]);
  const before = texts(bench);
  bench.focus.select(bench.ids[1]!);
  moveDown(bench);
  assert.deepEqual(texts(bench), ["a", "t", "c", "u", "d", "s", "b"]);
  moveDown(bench);
  assert.deepEqual(texts(bench), ["a", "t", "c", "u", "d", "s", "b"]);
  moveUp(bench);
  assert.deepEqual(texts(bench), before);
  // Past a cell of no section it would take that in, and moving back would not give it away again.
  moveUp(bench);
  assert.deepEqual(texts(bench), before);
  // Nor does a section leave the one it is in.
  bench.focus.select(bench.ids[5]!);
  moveUp(bench);
  assert.deepEqual(texts(bench), before);
});

test("a cell moves by one place and stops at the ends", () => {
  const bench = benchOf(["code", "a"], ["section", "s"], ["code", "b"]);
  bench.focus.select(bench.ids[0]!);
  moveUp(bench);
  assert.deepEqual(texts(bench), ["a", "s", "b"]);
  moveDown(bench);
  assert.deepEqual(texts(bench), ["s", "a", "b"]);
});

test("a kind and a depth change within their bounds", () => {
  const bench = benchOf(["code", "a"]);
  const cell = () => bench.worksheet.sheet.cells.value[0]!;
  bench.focus.select(bench.ids[0]!);
  toSection(bench);
  shallower(bench);
  assert.deepEqual([cell().type, cell().depth], ["section", 0]);
  for (let turn = 0; turn < 9; turn += 1) deeper(bench);
  assert.equal(cell().depth, 5);
});

test("folding from inside a section goes to its heading", () => {
  const bench = benchOf(["section", "s"], ["code", "a"]);
  bench.focus.select(bench.ids[1]!);
  bench.actions.fold(true);
  assert.deepEqual([bench.worksheet.sheet.cells.value[0]!.folded, bench.focus.active.value], [true, bench.ids[0]]);
});

test("who may not edit changes nothing", () => {
  const bench = benchOf(["code", "a"], ["code", "b"]);
  bench.link.welcome.value = { ...bench.link.welcome.value!, role: "viewer" };
  bench.focus.select(bench.ids[0]!);
  bench.actions.copy();
  for (const deed of ["remove", "cut", "paste", "duplicate"] as const) bench.actions[deed]();
  bench.actions.insertNear("code", "after");
  moveDown(bench);
  toText(bench);
  assert.deepEqual(bench.worksheet.sheet.cells.value.map((cell) => [cell.id, cell.type]), bench.ids.map((id) => [id, "code"]));
});

test("saving a version says what came of it, be it refused", async () => {
  const bench = benchOf();
  const { notices } = bench.worksheet;
  const saved = bench.actions.saveVersion(null);
  bench.link.asked[0]!.resolve({ type: "version", version: null, unchanged: true });
  await saved;
  assert.equal(notices.announcement.value, "Nothing new to save");
  const refused = bench.actions.saveVersion("x");
  bench.link.asked[1]!.reject(new Error("The disk is full."));
  await refused;
  assert.equal(notices.current.value, "The disk is full.");
});
