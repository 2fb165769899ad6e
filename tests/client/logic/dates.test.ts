import "./page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { dated } from "client/dates";

test("a moment of today is a time, any other has its day", () => {
  const now = new Date(2026, 4, 3, 15, 0, 0).getTime();
  assert.equal(dated(new Date(2026, 4, 3, 14, 4, 11, 208).toISOString(), now), "14:04:11.208");
  assert.equal(dated(new Date(2026, 4, 2, 14, 4, 11, 8).toISOString(), now), "2 May 2026 14:04:11.008");
  assert.equal(dated("never", now), "");
});
