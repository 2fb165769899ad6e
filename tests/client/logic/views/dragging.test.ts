import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { draggedWith, isHere, placesFor } from "client/views/worksheet/dragging/places";
import { benchOf } from "../workbench/bench";

const tree = () => benchOf(["code", "z"], ["section", "A", 0], ["code", "a"], ["section", "B", 1], ["code", "b"], ["section", "C", 0], ["code", "c"]);
type Made = ReturnType<typeof benchOf>;
const say = ({ worksheet }: Made, id: string | null) => (id === null ? "" : worksheet.sheet.text(id));
const places = (bench: Made, ids: readonly string[]) =>
  placesFor(bench.worksheet.sheet.cells.value, bench.worksheet.visible.value, ids).map(({ after, before }) => `${say(bench, after)}|${say(bench, before)}`);

test("a section is taken with everything below it, a cell with those chosen together, a folded section among these whole", () => {
  const bench = tree();
  const { sheet } = bench.worksheet;
  const taken = (id: string, together: readonly string[] = []) => draggedWith(sheet.cells.value, id, together).map((each) => sheet.text(each)).join("");
  assert.equal(taken(bench.ids[1]!), "AaBb");
  assert.equal(taken(bench.ids[2]!), "a");
  assert.equal(taken(bench.ids[2]!, bench.ids.slice(2, 4)), "aB");
  sheet.setFlag(bench.ids[3]!, "folded", true);
  assert.equal(taken(bench.ids[2]!, bench.ids.slice(2, 4)), "aBb");
});

test("a cell goes between any two that are seen, a section only where no cell would come to lie in it", () => {
  const bench = tree();
  assert.deepEqual(places(bench, [bench.ids[0]!]), ["|A", "A|a", "a|B", "B|b", "b|C", "C|c", "c|"]);
  assert.deepEqual(places(bench, bench.ids.slice(5)), ["z|A", "b|"]);
  assert.deepEqual(places(bench, bench.ids.slice(3, 5)), ["z|A", "a|C", "c|"]);
  bench.worksheet.sheet.setFlag(bench.ids[1]!, "folded", true);
  assert.deepEqual(places(bench, [bench.ids[6]!]), ["|z", "z|A", "b|C", "C|"]);
});

test("what is dropped where it was is not moved", () => {
  const bench = tree();
  const { cells } = bench.worksheet.sheet;
  const ids = bench.ids.slice(3, 5);
  assert.equal(isHere(cells.value, ids, { after: bench.ids[2]!, before: null }), true);
  assert.equal(isHere(cells.value, ids, { after: bench.ids[0]!, before: null }), false);
  assert.equal(isHere(cells.value, [bench.ids[0]!, bench.ids[2]!], { after: null, before: null }), false);
});
