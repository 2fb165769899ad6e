import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { chooseTagged } from "client/views/worksheet/attributes/choosing";
import { cellsByTag, commonTags, tagChanges, tagsOf, typedTags } from "client/views/worksheet/attributes/tags";
import { isTrusted, trust } from "client/views/worksheet/attributes/trust";
import { autoRun, chooseSection, deeper, foldOutput, hideInput, join, protect, toText } from "client/views/worksheet/commands/arranging";
import { cellsIn } from "client/workbench/clipboard";
import { WELCOME } from "../link";
import { benchOf } from "../workbench/bench";

type Made = ReturnType<typeof benchOf>;
const flagged = ({ worksheet }: Made, flag: string) => worksheet.sheet.cells.value.filter(({ flags }) => flags[flag] === true).map(({ id }) => id);
const tree = () => benchOf(["section", "A", 0], ["code", "a"], ["section", "B", 1], ["code", "b"], ["section", "C", 0], ["code", "c"]);

test("what is said of a section is said of every cell of code below it, and taken back where all have it", () => {
  const bench = tree();
  bench.focus.select(bench.ids[0]!);
  for (const [deed, flag] of [[hideInput, "hideInput"], [foldOutput, "foldOutput"], [autoRun, "auto"]] as const) {
    bench.worksheet.sheet.setFlag(bench.ids[1]!, flag, true);
    deed(bench);
    assert.deepEqual(flagged(bench, flag), [bench.ids[1], bench.ids[3]]);
    deed(bench);
    assert.deepEqual(flagged(bench, flag), []);
    bench.actions.undo();
    assert.deepEqual(flagged(bench, flag), [bench.ids[1], bench.ids[3]]);
  }
});

test("a whole section is chosen, is put deeper with the sections in it, and duplicated with what is said of its cells", () => {
  const bench = tree();
  bench.worksheet.sheet.setFlag(bench.ids[3]!, "hideInput", true);
  bench.focus.select(bench.ids[1]!);
  chooseSection(bench);
  assert.deepEqual(bench.focus.together.value, bench.ids.slice(0, 4));
  deeper(bench);
  assert.deepEqual(bench.worksheet.sheet.cells.value.filter(({ type }) => type === "section").map(({ depth }) => depth), [1, 2, 0]);
  bench.actions.duplicate();
  assert.equal(bench.worksheet.sheet.cells.value.length, 10);
  assert.equal(flagged(bench, "hideInput").length, 2);
});

test("a protected cell is only read by editors, who are told; owners write it, and a copy of it is free", () => {
  const bench = benchOf(["code", "a"], ["code", "b"]);
  const [first] = bench.ids as [string];
  bench.focus.select(first);
  protect(bench);
  assert.deepEqual(flagged(bench, "protected"), [first]);
  bench.focus.edit(first);
  assert.equal(bench.focus.mode.value, "edit");
  bench.link.welcome.value = { ...WELCOME, role: "editor" };
  bench.focus.edit(first);
  assert.equal(bench.focus.mode.value, "command");
  const deeds = [() => bench.actions.remove(), () => bench.actions.cut(), () => toText(bench), () => join(bench)];
  for (const deed of deeds) {
    deed();
    assert.equal(bench.worksheet.notices.current.value, "protected");
    bench.worksheet.notices.dismiss();
    assert.deepEqual(bench.worksheet.sheet.cells.value.map(({ id, type }) => [id, type]), bench.ids.map((id) => [id, "code"]));
  }
  protect(bench);
  assert.match(bench.worksheet.notices.current.value!, /Only owners/);
  assert.deepEqual(flagged(bench, "protected"), [first]);
  bench.actions.duplicate();
  assert.equal(bench.worksheet.sheet.cells.value.length, 3);
  assert.deepEqual(flagged(bench, "protected"), [first]);
  bench.link.welcome.value = WELCOME;
  bench.focus.select(first);
  bench.actions.cut();
  bench.actions.paste();
  assert.deepEqual(flagged(bench, "protected"), [first]);
});

test("tags are words that a file can hold, set where all have them and kept where only some do", () => {
  assert.deepEqual(typedTags(" exercise, #home-work  exercise;x_1 "), ["exercise", "home-work", "x_1"]);
  for (const bad of ["ü", "a=b", "-a", "a<b", "x".repeat(27), Array.from({ length: 17 }, (_, index) => `t${index}`).join(" ")]) assert.equal(typedTags(bad), null, bad);
  const bench = benchOf(["code", "a"], ["text", "b"]);
  const { sheet } = bench.worksheet;
  const give = (tags: string[]) => tagChanges(sheet.cells.value, tags).forEach(({ id, flag, on }) => sheet.setFlag(id, flag, on));
  sheet.setFlag(bench.ids[0]!, "tag-own", true);
  give(["both", "more"]);
  give(["both"]);
  assert.deepEqual(sheet.cells.value.map(tagsOf), [["both", "own"], ["both"]]);
  assert.deepEqual(commonTags(sheet.cells.value), ["both"]);
  assert.deepEqual(cellsByTag(sheet.cells.value).map(([tag, cells]) => [tag, cells.length]), [["both", 2], ["own", 1]]);
});

test("cells of a tag are chosen wherever they stand, out of folded sections, and then done with as one", () => {
  const bench = tree();
  for (const index of [1, 3, 5]) bench.worksheet.sheet.setFlag(bench.ids[index]!, "tag-x", true);
  bench.worksheet.sheet.setFlag(bench.ids[2]!, "folded", true);
  chooseTagged(bench, "x");
  assert.deepEqual(bench.focus.together.value, [bench.ids[1], bench.ids[3], bench.ids[5]]);
  bench.actions.runHere();
  assert.deepEqual(bench.link.take("run").flatMap((run) => run["cells"].map((each: { cell: string }) => each.cell)), [bench.ids[1], bench.ids[3], bench.ids[5]]);
  bench.focus.select(bench.ids[0]!);
  assert.deepEqual(bench.focus.together.value, []);
});

test("trust holds for one person, one worksheet and these texts, and is taken back", () => {
  trust("u1", "d", "a 1");
  assert.deepEqual([isTrusted("u1", "d", "a 1"), isTrusted("u2", "d", "a 1"), isTrusted("u1", "e", "a 1"), isTrusted("u1", "d", "a 2")], [true, false, false, false]);
  trust("u1", "d", "a 2");
  assert.deepEqual([isTrusted("u1", "d", "a 1"), isTrusted("u1", "d", "a 2")], [false, true]);
  trust("u1", "d", null);
  assert.equal(isTrusted("u1", "d", "a 2"), false);
  assert.equal(trust("u1", "d", "x".repeat(24_001)), false);
  localStorage.setItem("sagews.trust", '{"u1 d": 1}');
  assert.equal(isTrusted("u1", "d", "a 1"), false);
  localStorage.setItem("sagews.trust", "[1, [2, 3], [\"u1 d\", \"a\"]]");
  assert.equal(isTrusted("u1", "d", "a"), true);
});

test("what another window has put on the clipboard has only flags that the server takes", () => {
  const flags = { auto: true, "tag-x": true, mode: "python", "a b": true, long: "x".repeat(101), deep: {}, number: 1 };
  const [copy] = cellsIn(JSON.stringify([{ type: "code", depth: 0, text: "1", flags }]));
  assert.deepEqual(copy?.flags, { auto: true, "tag-x": true, mode: "python" });
  assert.deepEqual(cellsIn('[{"type":"code","depth":0,"text":"1","flags":[1]}]')[0]?.flags, {});
});
