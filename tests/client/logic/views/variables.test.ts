import assert from "node:assert/strict";
import { test } from "node:test";
import { partsOf, pressed, sorted, type Order } from "client/views/variables/sorting";

const made = [
  { name: "b", kind: "list", extent: "20", value: "[1]" },
  { name: "a10", kind: "Matrix", extent: "3 × 4", value: "m" },
  { name: "a9", kind: "Integer", extent: "", value: "7" },
];
const names = (order: Order) => sorted(made, order).map(({ name }) => name);

test("a column sorts up, then down, then not at all", () => {
  let order: Order = { by: null, down: false };
  const seen = [names(order)];
  for (let press = 0; press < 3; press += 1) seen.push(names((order = pressed(order, "name"))));
  assert.deepEqual(seen, [["b", "a10", "a9"], ["a9", "a10", "b"], ["b", "a10", "a9"], ["b", "a10", "a9"]]);
  assert.deepEqual(pressed({ by: "name", down: true }, "kind"), { by: "kind", down: false });
});

test("sizes are sorted by how many parts they name", () => {
  assert.deepEqual(["", "20", "3 × 4", "x"].map(partsOf), [-1, 20, 12, 0]);
  assert.deepEqual(names({ by: "extent", down: true }), ["b", "a10", "a9"]);
});
