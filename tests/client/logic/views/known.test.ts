import assert from "node:assert/strict";
import { test } from "node:test";
import { knownAt, type Environment } from "client/views/worksheet/help/known";
import names from "client/views/worksheet/help/names.json";

const environment = names as Environment;

function labels(code: string, ...texts: string[]): Record<string, string> {
  const found = knownAt(code, code.length, [...texts, code], environment);
  return Object.fromEntries((found?.options ?? []).map(({ label, kind }) => [label, kind]));
}

test("names of the environment and of other cells are known without a session", () => {
  assert.equal(labels("Ellip")["EllipticCurve"], "function");
  assert.equal(labels("1 + fact")["factor"], "function");
  assert.deepEqual(labels("my_", "my_curve = 1\ndef my_map(x):\n    my_inner = 2", "class my_class: pass", "my_f(x) = x"), {
    my_class: "class", my_curve: "variable", my_f: "variable", my_inner: "variable", my_map: "function",
  });
  const found = knownAt("x = fac", 7, [], environment);
  assert.deepEqual([found?.from, found?.to, found?.source], [4, 7, "environment"]);
});

test("behind a dot stands what collections, modules and what the sheet made have", () => {
  assert.ok("PetersenGraph" in labels("graphs.Peter"));
  assert.ok("chromatic_number" in labels("G.chrom", "G = graphs.PetersenGraph()"));
  assert.ok("rank" in labels("E.ran", "E = 7", "E = EllipticCurve('37a')"));
  assert.ok("append" in labels("a.app", "a = [1, 2]"));
  assert.ok("linspace" in labels("np.lins", "import numpy as np"));
  assert.ok("det" in labels("np.linalg.d", "import numpy as np"));
});

test("what is not known is not guessed", () => {
  for (const code of ["nobody.", "f(2).", "constructor.", "a.b.c", "1.", "x", "'a'.", "__proto__.a", "np."]) assert.deepEqual(labels(code), {}, code);
});

test("a long text costs little", () => {
  const long = "a = (".repeat(100_000) + "\n" + "x.".repeat(100_000);
  assert.deepEqual(labels(long, long), {});
});
