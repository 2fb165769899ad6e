import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import * as Y from "yjs";
import { Rescue } from "client/workbench/rescue";
import { benchOf } from "./bench";

type Cells = Parameters<typeof benchOf>;

/** A worksheet that somebody writes in, and what another person does to it. */
function two(...cells: Cells) {
  const bench = benchOf(...cells);
  const { sheet } = bench.worksheet;
  const rescue = new Rescue(sheet, bench.focus, bench.mounted);
  const other = new Y.Doc();
  const meddle = (change: (found: Y.Map<Y.Map<unknown>>) => void) => {
    Y.applyUpdate(other, Y.encodeStateAsUpdate(sheet.doc));
    change(other.getMap("cells"));
    sheet.apply(Y.encodeStateAsUpdate(other));
  };
  return { bench, rescue, sheet, meddle };
}

test("the text of a cell that somebody else deletes is kept, and comes back where it was, under its id", () => {
  const { bench, rescue, sheet, meddle } = two(["code", "a"], ["code", "basis"], ["code", "c"]);
  bench.focus.edit(bench.ids[1]!);
  sheet.setText(bench.ids[1]!, "basis = 1");
  meddle((cells) => cells.delete(bench.ids[1]!));
  assert.deepEqual([bench.focus.mode.value, bench.focus.active.value], ["lost", bench.ids[0]]);
  rescue.bringBack();
  assert.deepEqual(sheet.cells.value.map((cell) => sheet.text(cell.id)), ["a", "basis = 1", "c"]);
  assert.deepEqual([bench.focus.editing.value, rescue.kept.value], [bench.ids[1], null]);
});

test("with the cells before it gone too, it comes back behind the nearest that is left", () => {
  const { bench, rescue, sheet, meddle } = two(["code", "a"], ["code", "b"], ["text", "mine"], ["code", "c"]);
  bench.focus.edit(bench.ids[2]!);
  meddle((cells) => [1, 2].forEach((place) => cells.delete(bench.ids[place]!)));
  rescue.bringBack();
  assert.deepEqual(sheet.cells.value.map((cell) => [cell.type, sheet.text(cell.id)]), [["code", "a"], ["text", "mine"], ["code", "c"]]);
});

test("others may delete what nobody writes in, and change what one writes in", () => {
  const { bench, rescue, meddle } = two(["code", "a"], ["code", "b"]);
  bench.focus.edit(bench.ids[0]!);
  meddle((cells) => cells.delete(bench.ids[1]!));
  meddle((cells) => (cells.get(bench.ids[0]!)!.get("source") as Y.Text).insert(0, "x"));
  assert.deepEqual([bench.focus.editing.value, rescue.kept.value], [bench.ids[0], null]);
});

test("one's own deletion is no loss", () => {
  const { bench, rescue } = two(["code", "a"], ["code", "b"]);
  bench.focus.edit(bench.ids[0]!);
  bench.actions.remove();
  assert.deepEqual([bench.focus.mode.value, rescue.kept.value], ["command", null]);
});

test("dismissed, the keyboard is the sheet's again", () => {
  const { bench, rescue, meddle } = two(["code", "a"], ["code", "b"]);
  bench.focus.edit(bench.ids[1]!);
  meddle((cells) => cells.delete(bench.ids[1]!));
  rescue.dismiss();
  assert.deepEqual([bench.focus.mode.value, bench.focus.active.value, rescue.kept.value], ["command", bench.ids[0], null]);
});

test("when the sheet is to have another document, the caret is where it was, and what others delete in that one is kept", () => {
  const { bench, rescue, sheet, meddle } = two(["code", "a"], ["code", "basis"]);
  const [a, b] = bench.ids;
  bench.focus.edit(b!);
  bench.mounted.editors.set(b!, { caret: () => 3 } as never);
  sheet.past.value = 1;
  assert.equal(bench.focus.caret.value, 3);
  const doc = new Y.Doc();
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(sheet.doc));
  sheet.begin(doc);
  meddle((cells) => cells.delete(b!));
  assert.deepEqual([bench.focus.active.value, rescue.kept.value?.copy.text], [a, "basis"]);
});

test("a cell that others bring back is written on, and nothing says any more that it is gone", async () => {
  const { bench, rescue, sheet, meddle } = two(["code", "a"], ["code", "basis"]);
  const id = bench.ids[1]!;
  bench.focus.edit(id);
  meddle((cells) => cells.delete(id));
  assert.notEqual(rescue.kept.value, null);
  const fields = [["type", "code"], ["pos", "b0"], ["depth", 0], ["source", new Y.Text("basis")], ["flags", new Y.Map()]] as const;
  meddle((cells) => cells.set(id, new Y.Map<unknown>(fields as never)));
  await Promise.resolve();
  assert.deepEqual([rescue.kept.value, bench.focus.editing.value, sheet.text(id)], [null, id, "basis"]);
  meddle((cells) => cells.delete(id));
  bench.focus.select(bench.ids[0]!);
  meddle((cells) => cells.set(id, new Y.Map<unknown>([...fields.slice(0, 3), ["source", new Y.Text("")], ["flags", new Y.Map()]] as never)));
  await Promise.resolve();
  assert.deepEqual([rescue.kept.value, bench.focus.editing.value], [null, null]);
});
