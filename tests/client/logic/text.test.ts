import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { ansiSpans } from "../../../static/src/outputs/ansi";
import { diffLines } from "../../../static/src/views/history/diff";
import { foldText } from "../../../static/src/outputs/folding";
import { tokens } from "../../../static/src/editor/highlight";
import { newCellId, newRunId } from "../../../static/src/document/identifiers";
import { indentAfter } from "../../../static/src/editor/indent";
import { unwrapLatex } from "../../../static/src/prose/latex";
import { fromPoints, toPoints } from "../../../static/src/editor/points";
import { sha256 } from "../../../static/src/document/sha256";
import { spliceBetween } from "../../../static/src/document/splice";
import { bytes, seconds } from "../../../static/src/times";
import { chord, KeyMap, keyLabel } from "../../../static/src/workbench/keys";

test("long text folds at 200 lines or 20,000 characters and says how many lines it has", () => {
  assert.equal(foldText("1\n".repeat(200)).folded, false);
  const long = foldText("1\n".repeat(14200));
  assert.deepEqual([long.folded, long.lines, long.head.split("\n").length], [true, 14200, 201]);
  assert.equal(foldText("x".repeat(30000)).head.length, 20000);
  assert.equal(foldText("a\nb").lines, 2);
});

test("colours become spans, other codes go, and a carriage return writes over its line", () => {
  assert.deepEqual(ansiSpans("a\u001b[31mb\u001b[0mc"), [{ text: "a", style: "" }, { text: "b", style: "ansi-1" }, { text: "c", style: "" }]);
  assert.deepEqual(ansiSpans("\u001b[2K10%\r20%\r\nend")[0]!.text, "20%\nend");
});

test("tokens joined are the source, with keywords, names, numbers and strings told apart", () => {
  const source = "def f(x):  # twice\n    return 2*x + [1..5][0] + '''a\nb''' + α";
  assert.equal(tokens(source).map((token) => token.text).join(""), source);
  const kinds = Object.fromEntries(tokens(source).map((token) => [token.text, token.kind]));
  assert.deepEqual([kinds["def"], kinds["f"], kinds["2"], kinds["# twice"], kinds["'''a\nb'''"]], ["k", "f", "n", "c", "s"]);
  assert.equal(tokens("[1..5]").map((token) => token.kind).join("|"), "|n||n|");
});

test("a new line is indented after a colon, inside brackets, and back after return", () => {
  assert.equal(indentAfter("for p in primes(10):\n"), 4);
  assert.equal(indentAfter("    return 1\n"), 0);
  assert.equal(indentAfter("x = foo(1,\n"), 8);
  assert.equal(indentAfter("x = [\n"), 4);
  assert.equal(indentAfter("x = [\n    1,\n", "]"), 0);
  assert.equal(indentAfter("if a:\n    b\n", "else:"), 0);
});

test("the hash is SHA-256 of the UTF-8 bytes", () => {
  for (const text of ["", "factor(2^128+1)", "α𝔽x", "x".repeat(1000), "y".repeat(55), "z".repeat(56), "w".repeat(64)]) {
    assert.equal(sha256(text), createHash("sha256").update(text).digest("hex"));
  }
});

test("code points and UTF-16 units are told apart", () => {
  assert.equal(toPoints("α𝔽x", 3), 2);
  assert.equal(fromPoints("α𝔽x", 2), 3);
});

test("ids have the forms that the server takes, and run ids sort by time", () => {
  assert.match(newRunId(), /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.match(newCellId(), /^[a-z0-9]{6}$/);
  assert.ok(newRunId(1000) < newRunId(2000));
});

test("a change of text is the smallest splice", () => {
  assert.deepEqual(spliceBetween("abcd", "abXcd"), { at: 2, remove: 0, insert: "X" });
  assert.deepEqual(spliceBetween("aaa", "aa"), { at: 2, remove: 1, insert: "" });
});

test("LaTeX loses its wrapping and nothing else", () => {
  assert.equal(unwrapLatex("$\\displaystyle \\frac{1}{2}$"), "\\frac{1}{2}");
  assert.equal(unwrapLatex("\\[x\\]"), "x");
  assert.equal(unwrapLatex("x + $y$"), "x + $y$");
});

test("a unified diff becomes coloured lines without its file headers", () => {
  const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n";
  assert.deepEqual(diffLines(diff).map((line) => line.kind), ["hunk", "same", "del", "add"]);
});

test("times and sizes read as people say them", () => {
  assert.deepEqual([seconds(0.04), seconds(1.84), seconds(73), seconds(250)], ["0.04 s", "1.8 s", "73 s", "4 min 10 s"]);
  assert.deepEqual([bytes(432013312), bytes(2147483648), bytes(900)], ["412 MB", "2 GB", "900 B"]);
});

test("key presses have names, pairs are remembered, and browser keys are nobody's", () => {
  const press = (key: string, more = {}) => chord({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  assert.equal(press("Enter", { shiftKey: true }), "Shift-Enter");
  assert.equal(press("S", { ctrlKey: true, shiftKey: true }), "Ctrl-Shift-s");
  assert.equal(press("?", { shiftKey: true }), "?");
  const keys = new KeyMap([{ id: "remove", bindings: [{ keys: "d d", mode: "command" as const }] }]);
  assert.equal(keys.find("d", "command", 0), "more");
  assert.equal((keys.find("d", "command", 500) as { id: string }).id, "remove");
  assert.equal(keys.find("d", "edit", 600), null);
  keys.find("d", "command", 1000);
  assert.equal(keys.find("d", "command", 5000), "more");
  assert.equal(keyLabel("Ctrl-Shift-s"), "Ctrl Shift S");
});
