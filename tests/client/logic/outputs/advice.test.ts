import assert from "node:assert/strict";
import { test } from "node:test";
import type { CellInfo } from "client/document/outline";
import { adviceOf, cellThatDefines, changed, undefinedIn } from "client/outputs/advice";

const plain = { pos: "a", depth: 0, heading: "", folded: false, hideInput: false, foldOutput: false };
const cells: readonly CellInfo[] = ["one", "two", "three"].map((id, at) => ({ ...plain, id, type: "code", number: at + 1 }));

test("advice is read whatever a session says, and no more than three pieces of it", () => {
  assert.deepEqual(adviceOf(undefined), []);
  assert.deepEqual(adviceOf("x"), []);
  assert.deepEqual(adviceOf([7, { text: "a" }, { text: "b", line: 1, label: "L", before: 3, after: "" }, { text: "left out" }]), [
    { text: "", change: null },
    { text: "a", change: null },
    { text: "b", change: null },
  ]);
  const [advice] = adviceOf([{ text: "t", label: "Insert *", line: 2, before: "2x", after: "2*x" }]);
  assert.deepEqual(advice?.change, { label: "Insert *", line: 2, before: "2x", after: "2*x" });
});

test("a change is made only in the text that it was meant for", () => {
  const change = { label: "", line: 2, before: "2x", after: "2*x" };
  assert.equal(changed("x = 1\n2x", change), "x = 1\n2*x");
  assert.equal(changed("x = 1\n2y", change), null);
  assert.equal(changed("2x", change), null);
});

test("a line is put above another one, once", () => {
  const change = { label: "", line: 1, before: null, after: "var('y')" };
  assert.equal(changed("y + 1", change), "var('y')\ny + 1");
  assert.equal(changed("var('y')\ny + 1", change), null);
});

test("only an exception about a name says which one", () => {
  assert.equal(undefinedIn("NameError", "name 'abc' is not defined"), "abc");
  assert.equal(undefinedIn("ValueError", "name 'abc' is not defined"), null);
  assert.equal(undefinedIn("NameError", "name '.*' is not defined"), null);
});

test("the cell that makes a name is the nearest one above, else one below", () => {
  const texts: Record<string, string> = { one: "a = 1\nb, c = 2, 3", two: "def a(): pass\nf(t) = t^2", three: "a == 5\nz = 1" };
  const find = (name: string, below: string) => cellThatDefines(name, cells, below, (id) => texts[id] ?? "")?.id ?? null;
  assert.equal(find("a", "three"), "two");
  assert.equal(find("c", "three"), "one");
  assert.equal(find("f", "one"), "two");
  assert.equal(find("z", "one"), "three");
  assert.equal(find("q", "one"), null);
  assert.equal(find("t", "one"), null);
});

test("a text of any length is looked through in a moment", () => {
  const long = "a, ".repeat(7000);
  const began = performance.now();
  cellThatDefines("zz", cells, "three", () => long);
  assert.ok(performance.now() - began < 1000);
});
