import assert from "node:assert/strict";
import { test } from "node:test";
import { between, isPosition, spread } from "client/document/positions";

test("the first position, and those at either end, are the server's", () => {
  assert.equal(between(null, null), "a0");
  assert.equal(between("a0", null), "a1");
  assert.equal(between(null, "a0"), "Zz");
  assert.equal(between("az", null), "b00");
  assert.equal(between("a0", "a1"), "a0V");
});

test("between any two positions there is another, in the canonical form", () => {
  const positions = ["a0"];
  let seed = 7;
  for (let turn = 0; turn < 3000; turn += 1) {
    seed = (seed * 48271) % 2147483647;
    const index = seed % (positions.length + 1);
    const made = between(positions[index - 1] ?? null, positions[index] ?? null);
    assert.ok(isPosition(made), made);
    positions.splice(index, 0, made);
  }
  for (let index = 1; index < positions.length; index += 1) assert.ok(positions[index - 1]! < positions[index]!);
});

test("neighbours that are not in order still give a position after the first", () => {
  const made = between("a5", "a5");
  assert.ok(isPosition(made) && made > "a5");
  assert.ok(isPosition(between("not a position", "a0")));
});

test("several positions come in order and stay between", () => {
  const made = spread("a0", "a1", 20);
  assert.deepEqual([...made].sort(), made);
  assert.ok(made.every((each) => each > "a0" && each < "a1"));
});
