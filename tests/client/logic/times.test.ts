import assert from "node:assert/strict";
import { test } from "node:test";
import { bytes, seconds } from "client/times";

test("times and sizes read as people say them", () => {
  assert.deepEqual([seconds(0.04), seconds(1.84), seconds(73), seconds(250)], ["0.04 s", "1.8 s", "73 s", "4 min 10 s"]);
  assert.deepEqual([bytes(432013312), bytes(2147483648), bytes(900)], ["412 MB", "2 GB", "900 B"]);
});
