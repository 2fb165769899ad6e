import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { benchOf } from "./bench";

test("selecting a cell takes the keyboard to the sheet, editing takes it into the cell", () => {
  const { focus, ids } = benchOf(["code", "a"], ["code", "b"]);
  focus.select(ids[0]!);
  assert.deepEqual([focus.active.value, focus.mode.value, focus.editing.value, focus.grabs.value], [ids[0], "command", null, 1]);
  focus.edit(ids[1]!, "start");
  assert.deepEqual([focus.active.value, focus.editing.value, focus.caret.value, focus.grabs.value], [ids[1], ids[1], "start", 2]);
});

test("who may not edit selects instead", () => {
  const { focus, ids, link } = benchOf(["code", "a"]);
  link.welcome.value = { ...link.welcome.value!, role: "viewer" };
  focus.edit(ids[0]!);
  assert.deepEqual([focus.active.value, focus.editing.value], [ids[0], null]);
});

test("an editor that got the keyboard by itself keeps its caret and is not asked to take it", () => {
  const { focus, ids } = benchOf(["code", "a"]);
  focus.taken(ids[0]!);
  assert.deepEqual([focus.editing.value, focus.caret.value, focus.grabs.value], [ids[0], "keep", 0]);
  focus.activate(ids[0]!);
  assert.equal(focus.grabs.value, 0);
});

test("steps go from cell to cell, past what is folded away, and stop at the ends", () => {
  const { focus, ids, worksheet } = benchOf(["code", "a"], ["section", "s"], ["code", "b"], ["section", "t"]);
  worksheet.sheet.setFlag(ids[1]!, "folded", true);
  assert.equal(focus.step(1), true);
  assert.equal(focus.active.value, ids[0]);
  focus.step(1);
  focus.step(1);
  assert.equal(focus.active.value, ids[3]);
  assert.equal(focus.step(1), false);
  focus.step(-1);
  assert.equal(focus.active.value, ids[1]);
});

test("the neighbour of cells that go is the next one, else the one before", () => {
  const { focus, ids } = benchOf(["code", "a"], ["code", "b"], ["code", "c"]);
  assert.equal(focus.neighbour([ids[1]!]), ids[2]);
  assert.equal(focus.neighbour([ids[1]!, ids[2]!]), ids[0]);
  assert.equal(focus.neighbour(ids), null);
});
