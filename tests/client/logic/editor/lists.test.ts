import assert from "node:assert/strict";
import { test } from "node:test";
import { enterInList, shiftItem, type Edit } from "client/editor/prose/lists";

/** The text behind an edit at the place that `|` marks. */
function after(marked: string, act: (text: string, at: number) => Edit | null): string | null {
  const at = marked.indexOf("|");
  const text = marked.replace("|", "");
  const edit = act(text, at);
  return edit && text.slice(0, edit.from) + edit.insert + text.slice(edit.to);
}

const enter = (marked: string) => after(marked, enterInList);
const tab = (marked: string, by: -1 | 1 = 1) => after(marked, (text, at) => shiftItem(text, at, by));

test("Enter begins the next bullet, number or task, and splits an item", () => {
  assert.equal(enter("- one|"), "- one\n- ");
  assert.equal(enter("  * one|"), "  * one\n  * ");
  assert.equal(enter("9. one|"), "9. one\n10. ");
  assert.equal(enter("1) one| two"), "1) one\n2)  two");
  assert.equal(enter("- [x] done|"), "- [x] done\n- [ ] ");
});

test("Enter in an empty item goes one level out, and ends the list at the outermost", () => {
  assert.equal(enter("- one\n- |"), "- one\n");
  assert.equal(enter("- one\n- [ ] |\n"), "- one\n\n");
  assert.equal(enter("1. one\n   - two\n   - |"), "1. one\n   - two\n2. ");
});

test("Enter is as usual in prose, before an item, in rules and in blocks of code", () => {
  for (const text of ["one|", "|- one", "- - -|", "***|", "-one|", "```\n- one|", "1.5 is|"]) assert.equal(enter(text), null);
  assert.equal(enter("```\nx\n```\n- one|"), "```\nx\n```\n- one\n- ");
});

test("Tab puts an item into the one before it, Shift-Tab takes it out, and elsewhere both move on", () => {
  assert.equal(tab("- one\n- two|"), "- one\n  - two");
  assert.equal(tab("10. one\n- |"), "10. one\n    - ");
  assert.equal(tab("- one|"), "- one");
  assert.equal(tab("- one\n  - two\n  - three|"), "- one\n  - two\n    - three");
  assert.equal(tab("1. one\n2. t|wo"), "1. one\n   1. two");
  assert.equal(tab("1. one\n   1. two\n2. |"), "1. one\n   1. two\n   2. ");
  assert.equal(tab("1. one\n   - two|", -1), "1. one\n2. two");
  assert.equal(tab("- one|", -1), null);
  assert.equal(tab("one|"), null);
});
