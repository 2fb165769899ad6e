import assert from "node:assert/strict";
import { test } from "node:test";
import { isForeign, workspaceName } from "client/views/formats/foreign-files";

test("files of other programs are known by their ends, and name the workspace that is made for them", () => {
  for (const name of ["a.ipynb", "A.IPYNB", "b.sagews", "c.sage.md", "d.py"]) assert.ok(isForeign(name), name);
  for (const name of ["a.pdf", "ipynb", ""]) assert.ok(!isForeign(name), name);
  assert.equal(workspaceName("Curves.sage.md"), "Curves");
  assert.equal(workspaceName("a  b\u0000c.ipynb"), "a b c");
  assert.equal(workspaceName(`${"x".repeat(200)}.py`).length, 80);
  assert.equal(workspaceName(".py"), "");
});
