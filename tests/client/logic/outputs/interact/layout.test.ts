import assert from "node:assert/strict";
import { test } from "node:test";
import { readControls } from "client/outputs/interact/controls";
import { layOut, type Row } from "client/outputs/interact/layout";

const controls = readControls([
  { name: "n", kind: "slider", min: 0, max: 1, step: 1 },
  { name: "s", kind: "select", labels: ["1"] },
  { name: "c", kind: "check" },
  { name: "t", kind: "text" },
  { name: "m", kind: "grid", rows: 2, columns: 2 },
  { name: "b", kind: "button", text: "Go" },
]);

function names(rows: readonly Row[]): string[] {
  return rows.map((row) => row.map(({ control, width }) => `${control.name}${width ?? ""}`).join(" "));
}

test("without a layout small controls stand behind others as far as they fit", () => {
  assert.deepEqual(names(layOut(null, controls).top), ["n s", "c", "t", "m", "b"]);
  assert.deepEqual(names(layOut(undefined, controls.slice(1, 3)).top), ["s c"]);
});

test("a layout says sides, rows and shares, and what it forgets stands below", () => {
  const found = layOut({ top: [[{ name: "n", width: 8 }, { name: "s", width: 40 }], []], left: [[{ name: "c" }]], bottom: [[{ name: "t" }]] }, controls);
  assert.deepEqual(names(found.top), ["n8 s", "m", "b"]);
  assert.deepEqual([names(found.left), names(found.right), names(found.bottom)], [["c"], [], ["t"]]);
});

test("a name stands once, and one that is no control nowhere", () => {
  const found = layOut({ top: [[{ name: "n" }, { name: "n" }, { name: "x" }, 7]], left: "x", right: [[{ name: "n" }]] }, controls.slice(0, 1));
  assert.deepEqual([names(found.top), names(found.left), names(found.right)], [["n"], [], []]);
});
