import assert from "node:assert/strict";
import { test } from "node:test";
import { checkerOf } from "client/net/shapes";

const fits = checkerOf({ Tree: "name size:i weight?:n leaves:[Tree] notes:{[s]} up?:Tree? free:o last?:b" });
const leaf = { name: "a", size: 1, leaves: [], notes: {}, free: {} };

test("a value with every field of its type fits, whatever else it has", () => {
  assert.ok(fits("Tree", leaf));
  assert.ok(fits("Tree", { ...leaf, weight: 0.5, up: null, last: true, leaves: [leaf, leaf], notes: { a: ["x"] }, more: [] }));
  assert.ok(fits("Tree", { ...leaf, up: { ...leaf, up: leaf } }));
});

test("a field that is missing or of another type does not, however deep it lies", () => {
  for (const odd of [{ name: 3 }, { size: 1.5 }, { size: "1" }, { weight: null }, { leaves: {} }, { notes: [] }, { notes: { a: [1] } }, { free: [] }, { free: null }, { last: 1 }]) {
    assert.ok(!fits("Tree", { ...leaf, ...odd }), JSON.stringify(odd));
    assert.ok(!fits("Tree", { ...leaf, leaves: [{ ...leaf, ...odd }] }), JSON.stringify(odd));
  }
  const { name: _name, ...nameless } = leaf;
  assert.ok(!fits("Tree", nameless));
});

test("what is no object fits nothing, and a name that is in no table is fitted by nothing", () => {
  for (const odd of [null, undefined, 3, "Tree", [], true]) assert.ok(!fits("Tree", odd));
  for (const name of ["Bush", "constructor", "toString", "__proto__", ""]) assert.ok(!fits(name, leaf));
});
