import "../../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { filled, pastedRows } from "client/outputs/interact/controls/boxes";
import { typedColour } from "client/outputs/interact/controls/colours";

test("colours are read in the long and the short form, with or without their sign", () => {
  assert.deepEqual(["#2C6A4A", "2c6a4a", " #abc "].map(typedColour), ["#2c6a4a", "#2c6a4a", "#aabbcc"]);
  assert.deepEqual(["red", "#12345", "", "#12345g"].map(typedColour), [null, null, null, null]);
});

test("what is pasted fills a grid from its box on, and ends at its edges", () => {
  const rows = [["1", "2"], ["3", "4"]];
  assert.deepEqual(filled(rows, 0, 0, pastedRows("a\tb\nc\td\n")), [["a", "b"], ["c", "d"]]);
  assert.deepEqual(filled(rows, 1, 1, pastedRows("x\ty\r\nz")), [["1", "2"], ["3", "x"]]);
});
