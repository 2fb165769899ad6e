import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { Screen, settled } from "client/outputs/terminal/screen";
import { ansiSpans } from "client/outputs/terminal/spans";

const lettersOf = (text: string) => ansiSpans(text).map((span) => span.text).join("");

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

test("the progress of hours is one line", () => {
  const steps = Array.from({ length: 50_000 }, (_, step) => `\r${step} of 50000`).join("");
  assert.equal(settled(steps), "49999 of 50000");
});

test("several bars, drawn by going up, stand where they were drawn", () => {
  // As tqdm draws bars with positions, and rich a table that lives: up, erase, draw again.
  assert.equal(settled("a 1\nb 1\u001b[A\ra 2\n\rb 2\n"), "a 2\nb 2\n");
  assert.equal(settled("one\ntwo\r\u001b[2K\u001b[1A\u001b[2KONE\nTWO"), "ONE\nTWO");
  assert.equal(settled("x\ny\nz\u001b[2F\u001b[Jw"), "w");
});

test("columns and lines that codes ask for are bounded", () => {
  const wide = settled("\u001b[99999Cx\n".repeat(20_000));
  assert.ok(wide.length < 2_000_000);
  assert.equal(settled("a\u001b[9999Ab\u001b[9999Bc"), "abc");
});

test("whatever is printed in whatever parts, it ends as if it had come at once", () => {
  const code = fc.constantFrom("\r", "\n", "\b", "\u001b[A", "\u001b[K", "\u001b[31m", "\u001b[0m", "\u001b[38;5;200m", "\u001b]8;;https://a.example\u0007", "\u001b]8;;\u001b\\", "\u001b[2K", "é", "𝔽");
  const text = fc.array(fc.oneof(code, fc.string({ maxLength: 6 })), { maxLength: 60 }).map((parts) => parts.join(""));
  fc.assert(fc.property(text, fc.array(fc.nat(200), { maxLength: 5 }), (whole, cuts) => {
    const screen = new Screen();
    let from = 0;
    for (const cut of [...cuts].sort((a, b) => a - b)) {
      screen.feed(whole.slice(from, Math.max(from, cut)));
      from = Math.max(from, cut);
      screen.text();
    }
    screen.feed(whole.slice(from));
    assert.equal(screen.text(), settled(whole));
    assert.ok(!lettersOf(screen.text()).includes("\u001b"));
  }));
});

test("what changes its look at every letter grows by a bounded factor", () => {
  const hostile = "\u001b[1;3;4;7;9;38;2;255;255;255;48;2;1;2;3ma\u001b[0mb".repeat(4000);
  assert.ok(settled(hostile).length < 4 * hostile.length);
  assert.ok(settled("\u001b[1mx".repeat(30_000)).length < 15 * 30_000);
});
