import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { REMOTE, SheetDocument } from "client/document/document";


const ids = (sheet: SheetDocument) => sheet.cells.value.map((cell) => cell.id);

test("cells are inserted, moved, removed and brought back in order", () => {
  const sheet = new SheetDocument();
  const first = sheet.insert("code", {}, "a");
  const third = sheet.insert("code", {}, "c");
  const second = sheet.insert("text", { after: first }, "b");
  const zeroth = sheet.insert("section", { before: first }, "h", 1);
  assert.deepEqual(ids(sheet), [zeroth, first, second, third]);
  sheet.move([third], zeroth);
  assert.deepEqual(ids(sheet), [zeroth, third, first, second]);
  sheet.remove([third, first]);
  assert.deepEqual(ids(sheet), [zeroth, second]);
  sheet.undoStructure();
  assert.deepEqual(ids(sheet), [zeroth, third, first, second]);
  assert.equal(sheet.text(first), "a");
});

test("code cells are numbered, typing does not rebuild the list, headings do", () => {
  const sheet = new SheetDocument();
  const code = sheet.insert("code", {}, "x");
  const heading = sheet.insert("section", {}, "old");
  const before = sheet.cells.value;
  sheet.setText(code, "x + 1");
  assert.equal(sheet.cells.value, before);
  sheet.setText(heading, "new");
  assert.equal(sheet.cells.value.at(-1)!.heading, "new");
  assert.equal(sheet.cells.value[0]!.number, 1);
});

test("flags are kept and cleared", () => {
  const sheet = new SheetDocument();
  const id = sheet.insert("section", {}, "s");
  sheet.setFlag(id, "folded", true);
  assert.equal(sheet.cells.value[0]!.folded, true);
  sheet.setFlag(id, "folded", false);
  assert.equal(sheet.cells.value[0]!.folded, false);
});
