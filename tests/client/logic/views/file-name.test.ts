import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { fileName } from "client/views/worksheet/files/dialogs";

test("a title becomes the name of a file: letters and digits of any script, one dash for anything else", () => {
  assert.equal(fileName("Über Kurven, $x^2$"), "über-kurven-x-2");
  assert.equal(fileName("  ../../etc "), "etc");
  assert.equal(fileName("$$$"), "");
  assert.equal(fileName("a".repeat(200)).length, 60);
});
