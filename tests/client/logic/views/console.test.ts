import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { isComplete } from "client/views/console/complete";
import { Past, pastOf, searched } from "client/views/console/past";

test("what can be run is run by Enter, what goes on is not", () => {
  for (const text of ["2+2", "x = (1 +\n2)", "for i in range(3): print(i)", "def f():\n    return 1\n", 'print("a:")', "f(')')", "%time 2+2", "%md\n*a*\n", "a # (", "'it", "@interact\ndef f(n=3):\n    n\n"]) {
    assert.equal(isComplete(text), true, JSON.stringify(text));
  }
  for (const text of ["f(1,", "def f():", "def f():\n    return 1", '"""a', "x = \\", "@interact", "%md", "%%time\n2+2", "if a: # why\n    b", "[1,\n2"]) {
    assert.equal(isComplete(text), false, JSON.stringify(text));
  }
});

test("nothing is complete while a bracket is open, whatever stands in texts and remarks", () => {
  const piece = fc.constantFrom("a", " ", "1", "')'", '"]"', "\"\"\"}\n'\"\"\"", "# )\n", "\n", ":");
  fc.assert(fc.property(fc.constantFrom(..."([{"), fc.array(piece), (open, pieces) => !isComplete(open + pieces.join(""))));
});

test("arrows go back to the first and forth to what was being typed", () => {
  const past = new Past();
  const typed = ["one", "two"];
  assert.deepEqual([past.step(-1, typed, "dr"), past.step(-1, typed, "two"), past.step(-1, typed, "one")], ["two", "one", null]);
  assert.deepEqual([past.step(1, typed, "one"), past.step(1, typed, "two"), past.step(1, typed, "dr")], ["two", "dr", null]);
});

test("what was brought back is known as long as nobody changes it", () => {
  const past = new Past();
  assert.equal(past.shows(""), false);
  past.step(-1, ["a\nb"], "");
  assert.deepEqual([past.shows("a\nb"), past.shows("a\nbc")], [true, false]);
  past.forget();
  assert.equal(past.shows("a\nb"), false);
});

test("who changes what came back goes on from the end", () => {
  const past = new Past();
  assert.equal(past.step(-1, ["one", "two"], ""), "two");
  assert.equal(past.step(-1, ["one", "two"], "two + 1"), "two");
  assert.equal(past.step(1, ["one", "two"], "two"), "two + 1");
});

test("repetitions and empty cells are no past, and the newest that fits is found first", () => {
  assert.deepEqual(pastOf(["a", "a\n", "", "b", "a"]), ["a", "b", "a"]);
  assert.deepEqual(searched(["plot(x)", "factor(6)", "plot(sin)", "Plot(x)"], "PLOT (", 2), ["Plot(x)", "plot(sin)"]);
});
