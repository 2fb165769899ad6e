import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellInfo } from "client/document/outline";
import { slideOf, slidesOf } from "client/views/presentation/slides";
import { nextSize, readPreferences } from "client/views/reading/preferences";

const texts = new Map<string, string>();

function cell(id: string, type: CellInfo["type"], text = ""): CellInfo {
  texts.set(id, text);
  return { id, type, depth: 0, folded: false, pos: id, heading: text, hideInput: false, foldOutput: false, number: 0 };
}

const sheet = [
  cell("t", "text", "Welcome"), cell("n0", "text", "Notes: smile"), cell("s1", "section", "One"), cell("a", "code"),
  cell("n1", "text", "note:\nsay *why*"), cell("l", "text", "---"), cell("b", "code"), cell("l2", "text", " ***\n"), cell("s2", "section", "Two"),
];
const slides = slidesOf(sheet, (id) => texts.get(id) ?? "", "The talk");

test("the title has the first slide, each heading and each line one of its own, and lines leave no empty one", () => {
  assert.deepEqual(slides.map(({ id, heading }) => [id, heading]), [["", "The talk"], ["s1", "One"], ["l", ""], ["s2", "Two"]]);
  assert.deepEqual(slides.map(({ cells }) => cells.map((each) => each.id)), [["t"], ["s1", "a"], ["b"], ["s2"]]);
});

test("notes are on no slide, but with the slide that they stand on", () => {
  assert.deepEqual(slides.map(({ notes }) => notes), [["smile"], ["\nsay *why*"], [], []]);
  assert.equal(slideOf(slides, sheet, "n1"), 1);
});

test("a cell's slide is found, and a cell that is gone is on the first", () => {
  assert.deepEqual(["t", "a", "b", "s2", "gone"].map((id) => slideOf(slides, sheet, id)), [0, 1, 2, 3, 0]);
});

test("an empty worksheet has its title to show", () => {
  assert.deepEqual(slidesOf([], () => "", "Nothing yet"), [{ id: "", heading: "Nothing yet", cells: [], notes: [] }]);
});

test("what a browser kept of a reader's likings is taken as far as it is in form", () => {
  const usual = { size: 100, code: false, fromTheRight: false };
  for (const kept of [null, "", "{", "7", "null", '{"size":1e9,"code":"yes"}']) assert.deepEqual(readPreferences(kept), usual);
  assert.deepEqual(readPreferences('{"size":135,"code":true,"fromTheRight":true}'), { size: 135, code: true, fromTheRight: true });
});

test("sizes end at the smallest and at the largest", () => {
  assert.deepEqual([nextSize(100, 1), nextSize(75, -1), nextSize(200, 1)], [115, 75, 200]);
});
