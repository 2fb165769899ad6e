import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256 } from "client/net/sha256";
import { bytes, seconds } from "client/times";

test("the hash is SHA-256 of the UTF-8 bytes", () => {
  for (const text of ["", "factor(2^128+1)", "α𝔽x", "x".repeat(1000), "y".repeat(55), "z".repeat(56), "w".repeat(64)]) {
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"));
  }
});
