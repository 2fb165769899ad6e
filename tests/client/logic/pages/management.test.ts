import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { managementPages } from "client/pages/management/registry";
import "client/pages/management/index";

test("the pages of management come in the order of the menu, and one that registers itself is the last", () => {
  assert.deepEqual(managementPages.all().map((each) => each.id), ["workers", "users", "sessions", "logs"]);
  managementPages.add({ id: "toys", label: "Toys", icon: "list", Page: () => null });
  assert.equal(managementPages.all().at(-1)!.label, "Toys");
  assert.throws(() => managementPages.add({ id: "users", label: "", icon: "users", Page: () => null }), /users is registered twice/);
});
