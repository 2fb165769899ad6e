import { page } from "./page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { go, parseRoute, route, takeTold } from "client/router";

test("addresses name pages, and an unknown one is the list of workspaces", () => {
  assert.deepEqual(parseRoute("/w/1/2"), { page: "worksheet", workspace: "1", document: "2" });
  assert.deepEqual(parseRoute("/w/1"), { page: "worksheet", workspace: "1", document: null });
  for (const name of ["signin", "settings"] as const) assert.deepEqual(parseRoute(`/${name}`), { page: name });
  assert.deepEqual(parseRoute("/management"), { page: "management", part: null });
  assert.deepEqual(parseRoute("/management/logs"), { page: "management", part: "logs" });
  for (const path of ["/", "/w", "/workspaces", "/nowhere/at/all", "//"]) assert.deepEqual(parseRoute(path), { page: "workspaces" });
});

test("going somewhere and coming back change the route", () => {
  go("/settings");
  assert.equal(route.value.page, "settings");
  go("/w/1/2", true);
  assert.equal(route.value.page, "worksheet");
  location.pathname = "/management";
  page.fire("popstate");
  assert.equal(route.value.page, "management");
});

test("what a page is told of where it comes from is told once", () => {
  go("/w/1/2", false, "made");
  assert.equal(takeTold(), "made");
  assert.equal(takeTold(), null);
  go("/w/1/3");
  assert.equal(takeTold(), null);
});
