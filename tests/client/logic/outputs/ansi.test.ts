import assert from "node:assert/strict";
import { test } from "node:test";
import { ansiSpans, settled } from "client/outputs/ansi";

test("colours become spans, and other codes go", () => {
  assert.deepEqual(ansiSpans("a\u001b[31mb\u001b[0mc"), [{ text: "a", style: "" }, { text: "b", style: "ansi-1" }, { text: "c", style: "" }]);
});

test("a backspace goes back, and what comes then stands over what was there", () => {
  assert.equal(settled("12345\b\bX"), "123X5");
  assert.equal(settled("a\b\b\bb"), "b");
});

test("a carriage return goes back to the line's beginning and takes nothing away", () => {
  assert.equal(settled("10%\r20%\r\nend"), "20%\nend");
  assert.equal(settled("12345\rab"), "ab345");
  assert.equal(settled("working\r\u001b[Kdone"), "done");
  assert.equal(settled("100%\r"), "100%");
});

test("each letter keeps the colour that it was written in", () => {
  const spans = ansiSpans(settled("\u001b[31mred\u001b[0m\rgo"));
  assert.deepEqual(spans.map(({ text, style }) => [text, style]), [["go", ""], ["d", "ansi-1"]]);
});

test("the progress of hours is taken from its end", () => {
  const steps = Array.from({ length: 50_000 }, (_, step) => `\r${step} of 50000`).join("");
  assert.equal(settled(steps), "49999 of 50000");
});
