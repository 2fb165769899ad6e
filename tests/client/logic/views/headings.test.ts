import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, splitHeadings } from "client/views/worksheet/commands/headings";
import { benchOf } from "../workbench/bench";

type Made = ReturnType<typeof benchOf>;
const cellsOf = ({ worksheet }: Made) =>
  worksheet.sheet.cells.value.map((cell) => [cell.type, cell.depth, worksheet.sheet.text(cell.id)]);

test("headings become sections of their depth, and what is between them texts", () => {
  assert.deepEqual(partsOf("# Head\n\nA list:\n- one\n\n### Deep ##\n\n\nmore"), [
    { type: "section", depth: 0, text: "Head" },
    { type: "text", depth: 0, text: "A list:\n- one" },
    { type: "section", depth: 2, text: "Deep" },
    { type: "text", depth: 0, text: "more" },
  ]);
});

test("what only looks like a heading is left alone", () => {
  for (const text of ["no heading", "#hashtag", "  # indented", "#", "####### seven", "```\n# remark\n```", "~~~~\n# a\n~~~\n# b\n~~~~", "- # in a list", "<!--\n# hidden\n-->"]) {
    assert.equal(partsOf(text), null, text);
  }
  assert.deepEqual(partsOf("```\n# remark\n```\n# Head")?.map((part) => part.type), ["text", "section"]);
});

test("a text cell is split in one step, which undo takes back, and the cells behind it stay behind", () => {
  const bench = benchOf(["text", "before\n\n## Head\nafter"], ["code", "x"]);
  splitHeadings(bench, bench.ids[0]!);
  assert.deepEqual(cellsOf(bench), [["text", 0, "before"], ["section", 1, "Head"], ["text", 0, "after"], ["code", 0, "x"]]);
  bench.actions.undo();
  assert.deepEqual(cellsOf(bench), [["text", 0, "before\n\n## Head\nafter"], ["code", 0, "x"]]);
});

test("a cell that is all heading becomes the section itself", () => {
  const bench = benchOf(["text", "# Head"]);
  splitHeadings(bench, bench.ids[0]!);
  assert.deepEqual(cellsOf(bench), [["section", 0, "Head"]]);
  assert.equal(bench.worksheet.sheet.cells.value[0]!.id, bench.ids[0]);
});

test("code is never split, nor what a reader or somebody else's caret is in", () => {
  const bench = benchOf(["code", "# a remark"], ["text", "# Head"]);
  splitHeadings(bench, bench.ids[0]!);
  splitHeadings({ ...bench, mounted: { carets: { value: new Map([[bench.ids[1]!, []]]) } } as never }, bench.ids[1]!);
  bench.link.welcome.value = { ...bench.link.welcome.value!, role: "viewer" };
  splitHeadings(bench, bench.ids[1]!);
  assert.deepEqual(cellsOf(bench).map(([type]) => type), ["code", "text"]);
});
