import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { matching } from "client/views/dialogs/palette";

const entries = ["Run the cell", "Run all cells", "Delete the cell", "All workspaces"].map((title) => ({ title }));
const titles = (text: string) => matching(entries, text).map((entry) => entry.title);

test("entries that hold all the words are found, those that begin with the first one before the others", () => {
  assert.deepEqual(titles("all"), ["All workspaces", "Run all cells"]);
  assert.deepEqual(titles("CELL  the"), ["Run the cell", "Delete the cell"]);
  assert.deepEqual(titles("nothing"), []);
});

test("without words everything is there, in its order", () => {
  assert.deepEqual(titles("  "), entries.map((entry) => entry.title));
});
