import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { flagsOf } from "client/views/worksheet/run/directives";

test("modes at the head of a cell flag it, whatever stands between them", () => {
  assert.deepEqual([...flagsOf("%hide\n%md\ntext")], ["hideInput"]);
  assert.deepEqual([...flagsOf("\n%%hideall\nplot(x)")], ["hideInput", "foldOutput"]);
  assert.deepEqual([...flagsOf("%time\n%auto\n%hide \n2+2")].sort(), ["auto", "hideInput"]);
});

test("what stands elsewhere, has arguments or is another mode flags nothing", () => {
  for (const text of ["2+2\n%hide", "%hide 2+2", "%hidden", "x %hide", "", "# %hide", "%__proto__", "%constructor"]) {
    assert.deepEqual([...flagsOf(text)], [], text);
  }
});
