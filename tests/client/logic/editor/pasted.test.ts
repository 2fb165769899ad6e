import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { cleaned } from "client/editor/pasted";

test("of an example with prompts the code is left, without its answers", () => {
  assert.equal(cleaned("sage: a = 5\nsage: a^2\n25\n"), "a = 5\na^2");
  assert.equal(cleaned("    sage: for n in [1..2]:\n    ....:     print(n)\n    1\n    2"), "for n in [1..2]:\n    print(n)");
  assert.equal(cleaned(">>> def f(x):\n...     return x\n...\n>>> f(3)\n3"), "def f(x):\n    return x\n\nf(3)");
  assert.equal(cleaned("In [1]: x = [\n   ...:   1]\n\nIn [2]: x\nOut[2]: [1]"), "x = [\n  1]\nx");
});

test("code without a prompt at its beginning keeps every line", () => {
  const docstring = 'r"""\nEXAMPLES::\n\n    sage: 1 + 1\n    2\n"""';
  assert.equal(cleaned(docstring), docstring);
  assert.equal(cleaned("x = ...\n... if y else z"), "x = ...\n... if y else z");
});

test("blanks, quotes and minus signs of web pages become those of the language", () => {
  assert.equal(cleaned("x\u00a0= 3 − 1\u200b"), "x = 3 - 1");
  assert.equal(cleaned("print(“it’s 2−1”)"), 'print("it’s 2−1")');
  assert.equal(cleaned("f(‘a’)\r\n5 – 3"), "f('a')\n5 - 3");
});

test("strings and comments keep their signs", () => {
  const source = 's = "“quoted” – and − more"  # it’s – fine';
  assert.equal(cleaned(source), source);
});

test("code that was written as code is left alone", () => {
  const code = fc.string({ unit: fc.constantFrom("a", "1", " ", "\n", "(", ")", "'", '"', "#", "^", "-") });
  fc.assert(fc.property(code, (text) => cleaned(text) === text));
});
