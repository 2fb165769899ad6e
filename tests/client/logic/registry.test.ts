import assert from "node:assert/strict";
import { test } from "node:test";
import { Registry } from "client/registry";

test("items come in the order in which they entered, and each is found by its id", () => {
  const registry = new Registry<{ id: string; value: number }>();
  registry.add({ id: "b", value: 1 });
  registry.add({ id: "a", value: 2 });
  assert.deepEqual(registry.all().map((each) => each.id), ["b", "a"]);
  assert.equal(registry.get("a")!.value, 2);
  assert.equal(registry.get("c"), null);
});

test("an id that is taken is refused", () => {
  const registry = new Registry<{ id: string }>();
  registry.add({ id: "a" });
  assert.throws(() => registry.add({ id: "a" }), /a is registered twice/);
});
