import assert from "node:assert/strict";
import { test } from "node:test";
import { diffLines } from "client/views/history/diff";
import { diffCells } from "client/views/history/diff-cells";

test("a unified diff becomes coloured lines without its file headers", () => {
  const diff = "diff --git a/x b/x\n--- a/x\n+++ b/x\n@@ -1,2 +1,2 @@\n same\n-old\n+new\n";
  assert.deepEqual(diffLines(diff).map((line) => line.kind), ["hunk", "same", "del", "add"]);
});

const cellsOf = (diff: string) =>
  diffCells(diffLines(diff)).map(({ kind, id, change, lines }) => [kind, id, change, lines.map((line) => `${line.kind[0]} ${line.text}`).join("|")]);

test("a worksheet differs by cells: fences, marks and front matter are not shown", () => {
  const made = [
    "--- /dev/null", "+++ b/a.sage.md", "@@ -0,0 +1,12 @@", "+---", "+sagews: 1", "+title: Curves", "+---", "+# One", "+",
    "+```sage #k3f9", "+2+2", "+```", "+", "+<!-- cell #p2x1 -->", "+Another text.", "",
  ];
  assert.deepEqual(cellsOf(made.join("\n")), [
    ["settings", "", null, "a title: Curves"],
    ["text", "", null, "a # One"],
    ["code", "k3f9", "add", "a 2+2"],
    ["text", "p2x1", "add", "a Another text."],
  ]);
});

test("a hunk that begins within a cell takes its kind from the first fence, and a cell that went is told apart", () => {
  const within = ["@@ -4,5 +4,5 @@", " a = 1", "-b = 2", "+b = 3", " ```", " ", " text", "@@ -20,3 +20,0 @@", "-```sage #gone", "-x", "-```"];
  assert.deepEqual(cellsOf(within.join("\n")), [
    ["code", "", null, "s a = 1|d b = 2|a b = 3"],
    ["text", "", null, "s text"],
    ["code", "gone", "del", "d x"],
  ]);
  const options = ["@@ -1,3 +1,3 @@", "-```sage #k3f9", "+```sage #k3f9 folded", " x", " ```"];
  assert.deepEqual(cellsOf(options.join("\n")).at(-1), ["code", "k3f9", null, "s x"]);
  assert.deepEqual(cellsOf("@@ -1 +1 @@\n-old\n+new"), [["text", "", null, "d old|a new"]]);
});

test("a cell that became text or code is shown without the signs that came or went with that", () => {
  const marked = ["@@ -1,5 +1,5 @@", " # One", " ", "-```sage #k3f9", "+<!-- cell #k3f9 -->", " 2+2", "-```", " ", " <!-- cell #p2x1 -->", " text"];
  assert.deepEqual(cellsOf(marked.join("\n")), [
    ["text", "", null, "s # One"],
    ["text", "k3f9", "became", "s 2+2"],
    ["text", "p2x1", null, "s text"],
  ]);
  const bare = ["@@ -1,5 +1,2 @@", "-```sage #k3f9", " 2+2", "-```", " ", " ```sage #k3fa", " 3", " ```"];
  assert.deepEqual(cellsOf(bare.join("\n")), [["text", "k3f9", "became", "s 2+2"], ["code", "k3fa", null, "s 3"]]);
  const code = ["@@ -1,3 +1,4 @@", "-<!-- cell #k3f9 -->", "+```sage #k3f9", " 2+2", "+```", " ", " ```sage #k3fa", " 3", " ```"];
  assert.deepEqual(cellsOf(code.join("\n")), [["code", "k3f9", "became", "s 2+2"], ["code", "k3fa", null, "s 3"]]);
  const unmarked = ["@@ -1,1 +1,3 @@", "+```sage #k3f9", " 2+2", "+```"];
  assert.deepEqual(cellsOf(unmarked.join("\n")), [["code", "k3f9", "became", "s 2+2"]]);
});
