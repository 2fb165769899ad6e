import assert from "node:assert/strict";
import { test } from "node:test";
import { clauseColumn, indentAfter } from "client/editor/indent";

test("a new line is indented after a colon, inside brackets, and back after return", () => {
  assert.equal(indentAfter("for p in primes(10):\n"), 4);
  assert.equal(indentAfter("    return 1\n"), 0);
  assert.equal(indentAfter("x = foo(1,\n"), 8);
  assert.equal(indentAfter("x = [\n"), 4);
  assert.equal(indentAfter("x = [\n    1,\n", "]"), 0);
  assert.equal(indentAfter("if a:\n    b\n", "else:"), 0);
});

test("a clause goes to the statement that it belongs to, never to the right, and nowhere in a string or a bracket", () => {
  assert.equal(clauseColumn("if a:\n    b\n", "    else:"), 0);
  assert.equal(clauseColumn("try:\n    b\n\n# why\n", "    except (A, B) as e:"), 0);
  assert.equal(clauseColumn("for x in y:\n    if x:\n        z\n", "else:"), 0);
  assert.equal(clauseColumn("for x in y:\n    if x:\n        break\n", "    else:"), 4);
  assert.equal(clauseColumn("if a:\n    for b in c:\n        d\n", "    elif e:"), 0);
  assert.equal(clauseColumn("x = 1\n", "    else:"), null);
  assert.equal(clauseColumn("if a:\n    b\n", "    elsewhere:"), null);
  assert.equal(clauseColumn('if a:\n    """\n', "    else:"), null);
  assert.equal(clauseColumn("if a:\n    f(\n", "    else:"), null);
});
