import assert from "node:assert/strict";
import { test } from "node:test";
import { buildTree, rollUp, sectionAround, sectionsOf, spanOf, visibleCells, type CellInfo } from "client/document/outline";

function cell(id: string, type: CellInfo["type"], depth = 0, folded = false): CellInfo {
  return { id, type, depth, folded, pos: id, heading: id, hideInput: false, foldOutput: false, number: 0 };
}

const sheet = [
  cell("t", "text"), cell("s1", "section", 0), cell("a", "code"), cell("s11", "section", 1), cell("b", "code"),
  cell("s12", "section", 1, true), cell("c", "code"), cell("s2", "section", 0), cell("d", "code"),
];

test("headings are numbered by their place and depth", () => {
  const numbers = sectionsOf(buildTree(sheet)).map((node) => `${node.section.id} ${node.number}`);
  assert.deepEqual(numbers, ["s1 1", "s11 1.1", "s12 1.2", "s2 2"]);
});

test("the least depth is the first level, and a skipped depth is one level down", () => {
  const numbers = sectionsOf(buildTree([cell("x", "section", 1), cell("y", "section", 3), cell("z", "section", 2)]));
  assert.deepEqual(numbers.map((node) => node.number), ["1", "1.1", "1.2"]);
});

test("a section's span is everything down to the next heading of its depth", () => {
  assert.deepEqual(spanOf(sheet, "s1").map((each) => each.id), ["s1", "a", "s11", "b", "s12", "c"]);
  assert.deepEqual(spanOf(sheet, "b").map((each) => each.id), ["b"]);
  assert.deepEqual(spanOf(sheet, "gone"), []);
});

test("a cell knows its section, and cells above the first heading have none", () => {
  assert.equal(sectionAround(sheet, "b")?.id, "s11");
  assert.equal(sectionAround(sheet, "t"), null);
});

test("cells in folded sections are not visible, their heading is", () => {
  assert.deepEqual(visibleCells(buildTree(sheet)).map((each) => each.id), ["t", "s1", "a", "s11", "b", "s12", "s2", "d"]);
});

test("running rolls up before queued, error and done", () => {
  assert.equal(rollUp(["done", "error", "running"]), "running");
  assert.equal(rollUp(["done", "error", "idle"]), "error");
  assert.equal(rollUp(["lost", "idle"]), "idle");
});
