import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { edited, editsOf, hitsOf, TooMuch, type Query } from "client/views/find/query";
import { textOfPiece } from "client/views/find/searched";

const cells = [
  { id: "a", source: "f = Factor(f)", output: "" },
  { id: "b", source: "x", output: "factor\nFACTOR" },
];
const query = (text: string, more: Partial<Query> = {}): Query => ({ text, matchCase: false, wholeWord: false, pattern: false, ...more });
const found = (text: string, source: string, more: Partial<Query> = {}): string[] =>
  hitsOf([{ id: "a", source, output: "" }], query(text, more)).map(({ at, length }) => source.slice(at, at + length));
const replaced = (text: string, template: string, source: string, more: Partial<Query> = {}): string => {
  const cell = { id: "a", source, output: source };
  return edited(source, editsOf([cell], query(text, more), template)["a"] ?? []);
};

test("places are counted in the order of the sheet, in sources before outputs, whatever the size of letters", () => {
  assert.deepEqual(hitsOf(cells, query("factor")).map(({ cell, part, at }) => `${cell} ${part} ${at}`), ["a source 4", "b output 0", "b output 7"]);
  assert.deepEqual(hitsOf(cells, query("")), []);
  assert.equal(hitsOf([{ id: "a", source: "x".repeat(50_000), output: "" }], query("x")).length, 9999);
});

test("case and whole words are heeded when asked for, of letters of every script", () => {
  assert.deepEqual(found("E", "e E Ef", { matchCase: true }), ["E", "E"]);
  assert.deepEqual(found("e", "e E Ef", { wholeWord: true }), ["e", "E"]);
  assert.deepEqual(found("é", "né é", { wholeWord: true }), ["é"]);
});

test("a plain text is no pattern, and a pattern knows lines, groups and Unicode", () => {
  assert.deepEqual(found("a.b[0]/2-$", "a.b[0]/2-$ axb"), ["a.b[0]/2-$"]);
  assert.deepEqual(found("^\\w+$", "one\ntwo three\nfour", { pattern: true }), ["one", "four"]);
  assert.deepEqual(found("^.$", "𝔸", { pattern: true }), ["𝔸"]);
  assert.throws(() => found("(", "x", { pattern: true }), SyntaxError);
  assert.throws(() => found("a)(b", "x", { pattern: true, wholeWord: true }), SyntaxError);
});

test("a replacement has groups by number and by name, the whole, new lines, and signs as they are", () => {
  const pattern = { pattern: true };
  assert.equal(replaced("(\\w+)\\((\\w+)\\)", "$2.$1()", "factor(n) + gcd(m)", pattern), "n.factor() + m.gcd()");
  assert.equal(replaced("(?<name>\\w)=", "$<name> := $& $0", "x=1", pattern), "x := x= x=1");
  assert.equal(replaced("(a)", "$10 $9 $$1", "a", pattern), "a0 $9 $1");
  assert.equal(replaced("; ", "\\n\\t\\\\", "a; b", pattern), "a\n\t\\b");
  assert.equal(replaced("(x)|(y)", "[$1$2]", "xy", pattern), "[x][y]");
  assert.equal(replaced("^", "# ", "one\ntwo", pattern), "# one\n# two");
});

test("in a plain text nothing of the replacement has a meaning", () => {
  assert.equal(replaced("x", "$1\\n$&", "x"), "$1\\n$&");
});

test("outputs are found and never replaced", () => {
  assert.deepEqual(editsOf(cells, query("factor"), "y"), { a: [{ at: 4, length: 6, insert: "y" }] });
});

test("more than one change may hold is refused before anything is made", () => {
  const many = [{ id: "a", source: "x".repeat(20_001), output: "" }];
  assert.throws(() => editsOf(many, query("x"), "y"), TooMuch);
  assert.throws(() => editsOf([{ id: "a", source: "x".repeat(100), output: "" }], query("x"), "y".repeat(6000)), TooMuch);
});

test("what pieces say is their text, their plain form, or the error's sentence", () => {
  assert.equal(textOfPiece("stream", { name: "stdout", text: "printed" }), "printed");
  assert.equal(textOfPiece("result", { data: { "text/plain": "1/2", "text/latex": "$x$" } }), "1/2");
  assert.equal(textOfPiece("error", { name: "ValueError", message: "no" }), "ValueError: no");
  assert.equal(textOfPiece("result", { data: [] }), "");
  assert.equal(textOfPiece("stream", null), "");
});
