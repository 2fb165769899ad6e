import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { fromBase64, toBase64 } from "client/net/base64";

test("bytes come back as they were, and read as base64 anywhere", () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
    assert.equal(toBase64(bytes), Buffer.from(bytes).toString("base64"));
    assert.deepEqual(fromBase64(toBase64(bytes)), bytes);
  }));
});

test("more bytes than one call can take as arguments are no trouble", () => {
  const bytes = new Uint8Array(300_000).fill(7);
  assert.equal(fromBase64(toBase64(bytes)).length, bytes.length);
});

test("what is no base64 is refused", () => {
  assert.throws(() => fromBase64("*"));
});
