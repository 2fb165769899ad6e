import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import fc from "fast-check";
import { drawingOf } from "client/outputs/figures/drawing";
import { figureOf } from "client/outputs/figures/reader";
import { unpacked } from "client/outputs/figures/unpacked";

const NAME = "0123456789abcdef".repeat(4);
const said = (changes: object) => JSON.stringify({ version: 1, library: "plotly", scripts: [NAME], source: { data: [] }, ...changes });

test("a figure is read with its scripts and what it draws from", () => {
  assert.deepEqual(figureOf(said({})), { library: "plotly", scripts: [NAME], source: '{"data":[]}' });
});

test("what is out of form is no figure", () => {
  const odd = [{ version: 2 }, { library: "constructor" }, { scripts: ["../../.netrc"] }, { scripts: [`${NAME}/`] }, { scripts: Array(17).fill(NAME) }, { scripts: 3 }, { source: null }, { source: "x" }];
  for (const changes of odd) assert.equal(figureOf(said(changes)), null, JSON.stringify(changes));
  for (const text of ["", "null", "[]", "{"]) assert.equal(figureOf(text), null);
});

test("no text of a figure ends the script that it stands in", () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom("<", "/", "script", ">", "!--", "\u2028", "'", '"', "\\", "a") }), (title) => {
      const page = drawingOf(figureOf(said({ source: { title } }))!, true);
      assert.equal(page.match(/<\/script/g)!.length, 1);
      assert.ok(!page.includes("<!--"));
    }),
  );
});

test("what is packed is unpacked, and no more than a script may be", async () => {
  const text = "Plotly = 1;";
  assert.equal(new TextDecoder().decode(await unpacked(new Blob([gzipSync(text)]))), text);
  await assert.rejects(unpacked(new Blob([gzipSync(Buffer.alloc(33 * 1024 * 1024))])));
  await assert.rejects(unpacked(new Blob(["no gzip"])));
});
