import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { codeOf, exampleLines, readHelp, shortFile } from "client/outputs/help/read";

test("help is read with bounds, whatever a session says", () => {
  for (const text of ["", "7", "null", "[]", "{}", '{"name": 7}', '{"name": ""}', "{"]) assert.equal(readHelp(text), null);
  const help = readHelp(JSON.stringify({ name: "f", line: -1, html: 7, formulas: [["x", true], 7, [7, 7]], signature: "f".repeat(9000) }));
  assert.deepEqual([help?.line, help?.html, help?.signature.length], [0, "", 4000]);
  assert.deepEqual(help?.formulas, [{ tex: "x", display: true }, { tex: "", display: false }, { tex: "", display: false }]);
});

test("of an example what is typed is told from what is answered", () => {
  const lines = exampleLines("sage: for p in [1]:\n....:     print(p)\n1\n...\nsage: f('''\n....: x''')\n") ?? [];
  assert.deepEqual(lines.map(({ prompt }) => prompt.trim()), ["sage:", "....:", "", "", "sage:", "....:"]);
  assert.equal(codeOf(lines), "for p in [1]:\n    print(p)\nf('''\nx''')");
  assert.equal(codeOf(exampleLines(">>> 1 + 1\n2") ?? []), "1 + 1");
  assert.equal(exampleLines("x = 1"), null);
});

test("no text of an example is lost or made", () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom("sage: a", "....: b", "... c", "d", "", ">>> e", "....:")), (lines) => {
      const text = ["sage: x", ...lines].join("\n").replace(/\s+$/, "");
      assert.equal((exampleLines(text) ?? []).map(({ prompt, text: rest }) => prompt + rest).join("\n"), text);
    }),
  );
});

test("files are named without where they are installed", () => {
  assert.equal(shortFile("/opt/a/lib/python3.11/site-packages/sage/all.py"), "sage/all.py");
  assert.equal(shortFile("/usr/lib/python3.11/json/__init__.py"), "json/__init__.py");
  assert.equal(shortFile("cell x7"), "cell x7");
});
