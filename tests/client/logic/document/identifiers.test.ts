import assert from "node:assert/strict";
import { test } from "node:test";
import { newCellId, newRunId } from "client/document/identifiers";

test("ids have the forms that the server takes, and run ids sort by time", () => {
  assert.match(newRunId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(newCellId(), /^[a-z0-9]{6}$/);
  assert.ok(newRunId(1000) < newRunId(2000));
});
