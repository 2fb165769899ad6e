import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { sha256 } from "client/net/sha256";

const known = (text: string) => createHash("sha256").update(text).digest("hex");

test("the hash is SHA-256 of the UTF-8 bytes", () => {
  for (const text of ["", "factor(2^128+1)", "α𝔽x", "x".repeat(1000), "y".repeat(55), "z".repeat(56), "w".repeat(64)]) {
    assert.equal(sha256(text), known(text));
  }
});

test("the hash is SHA-256 at every length around the ends of blocks, and of all that a cell may hold", () => {
  let text = "";
  for (let length = 0; length < 300; length += 1) {
    assert.equal(sha256(text), known(text), `${length}`);
    text += String.fromCodePoint(32 + ((length * 7919) % 90));
  }
  const long = "9α".repeat(166_000);
  assert.equal(sha256(long), known(long));
});
