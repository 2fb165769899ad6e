import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { examples } from "client/editor/pasted";
import { foreignCells, MOST_CELLS } from "client/views/worksheet/pasting/foreign";
import { textOn } from "client/views/worksheet/pasting/paste";

const cells = (text: string) => foreignCells(text, examples)?.map(({ depth, text, type }) => [type === "section" ? depth : type, text]) ?? null;
const notebook = (...found: object[]) => JSON.stringify(found);

test("cells and whole notebooks of Jupyter are code, text and sections, with their tags and hidden code", () => {
  const copied = notebook(
    { cell_type: "markdown", metadata: {}, source: ["## Title\n", "\n", "words"] },
    { cell_type: "code", metadata: { tags: ["hard", "no tag", 3], jupyter: { source_hidden: true } }, source: "x = 1\ny", outputs: [{ output_type: "stream", text: "1" }] },
    { cell_type: "raw", metadata: {}, source: "```" },
  );
  assert.deepEqual(cells(copied), [[1, "Title"], ["text", "words"], ["code", "x = 1\ny"], ["text", "````\n```\n````"]]);
  assert.deepEqual(foreignCells(copied, examples)?.[2]?.flags, { hideInput: true, "tag-hard": true });
  assert.deepEqual(cells(JSON.stringify({ nbformat: 4, cells: JSON.parse(copied).slice(1, 2) })), [["code", "x = 1\ny"]]);
  assert.equal(cells('{"cell_type": 1}'), null);
  assert.equal(cells('["cell_type", 2]'), null);
  assert.deepEqual(cells(notebook({ cell_type: "code", source: { a: 1 } })), [["code", ""]]);
  assert.equal(cells(notebook(...Array.from({ length: MOST_CELLS + 9 }, () => ({ cell_type: "code", source: "1" }))))?.length, MOST_CELLS);
});

test("a part of a CoCalc worksheet loses its marks and outputs, and a mode makes it a text", () => {
  const uuid = "01234567-89ab-cdef-0123-456789abcdef";
  const text = `2+2\n\ufe21${uuid}\ufe21{"stdout":"4"}\ufe21\n\ufe20${uuid}i\ufe20\nx = 1\n\n\ufe20${uuid}\ufe20\n%md\n# Head\nwords\n`;
  assert.deepEqual(cells(text), [["code", "2+2"], ["code", "x = 1"], [0, "Head"], ["text", "words"]]);
  assert.deepEqual(foreignCells(text, examples)?.[1]?.flags, { hideInput: true });
});

test("fences of Sage and Python in Markdown are code, others stay in the text, and so does one that is not closed", () => {
  const text = "---\nsagews: 1\n---\n# One\n\n```sage #k3f9 folded\nx = 1\n```\n\nA\n\n<!-- cell -->\nB\n\n```\nplain\n```\n~~~{code-cell} ipython3\ny\n";
  assert.deepEqual(cells(text), [[0, "One"], ["code", "x = 1"], ["text", "A"], ["text", "B\n\n```\nplain\n```"], ["code", "y\n"]]);
  assert.equal(cells("```\nonly this\n```"), null);
});

test("an example with prompts is a cell for what stands before each answer", () => {
  assert.deepEqual(cells("sage: a = 5\nsage: a^2\n25\nsage: a + 1\n6"), [["code", "a = 5\na^2"], ["code", "a + 1"]]);
  assert.deepEqual(cells(">>> def f(x):\n...     return x\n...\n>>> f(1)\n1\n>>> f(2)"), [["code", "def f(x):\n    return x\n\nf(1)"], ["code", "f(2)"]]);
  assert.deepEqual(cells("In [1]: x = 1\n\nIn [2]: x\nOut[2]: 1"), [["code", "x = 1"], ["code", "x"]]);
  assert.equal(cells("sage: 1 + 1\n2"), null);
  assert.equal(cells("x = 1\ny"), null);
});

test("no text breaks it, and what it makes is short of what it was made from", () => {
  const marks = fc.constantFrom("sage: ", "\ufe20", "\ufe21", "```", "```sage", "\n", "# a", "{", "[", '"cell_type"', "---\n", "<!-- cell -->", "x", "%md", "In [1]: ");
  const property = fc.property(fc.array(marks, { maxLength: 30 }), (parts) => {
    const text = parts.join("");
    const size = (foreignCells(text, examples) ?? []).reduce((sum, cell) => sum + cell.text.length, 0);
    return size <= text.length;
  });
  fc.assert(property);
});

test("what Jupyter says of cells beside the plain text counts before it", () => {
  const data = (given: Record<string, string>) => ({ getData: (type: string) => given[type] ?? "" });
  assert.equal(textOn(data({ "text/plain": "x", "application/vnd.jupyter.cells": "[1]" })), "[1]");
  assert.equal(textOn(data({ "text/plain": "x" })), "x");
  assert.equal(textOn(data({})), "");
});
