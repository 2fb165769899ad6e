import assert from "node:assert/strict";
import { test } from "node:test";
import { openCall, readSignature } from "client/editor/signature";

test("the innermost call before the caret is found, whatever stands in texts and remarks", () => {
  const cases: [string, number][] = [
    ["f(", 1],
    ["f(a, g(b), ", 1],
    ["f(a, [1, 2", 1],
    ["E.rank (", 7],
    ["f((a, ", 1],
    ["f('(', ", 1],
    ['f("""\n(', 1],
    ["f(x)", -1],
    ["(a, ", -1],
    ["f(# g(", -1],
    ["", -1],
  ];
  for (const [text, expected] of cases) assert.equal(openCall(text), expected, text);
});

test("a long text costs its length and no more", () => {
  const started = performance.now();
  assert.equal(openCall("f(".repeat(200_000)), 399_999);
  openCall("'".repeat(400_001));
  openCall("(".repeat(400_000));
  assert.ok(performance.now() - started < 10_000);
});

test("what a session says of a call is taken apart, and what has another form is nothing", () => {
  const told = { name: "f", known: true, parameters: [{ name: "n", kind: "plain", type: "int", default: 3 }, null], returns: "int", active: 0, first: "Do." };
  assert.deepEqual(readSignature(JSON.stringify(told)), {
    ...told,
    parameters: [
      { name: "n", kind: "plain", type: "int", default: "3" },
      { name: "", kind: "", type: "", default: "" },
    ],
  });
  for (const text of ["", "[]", "null", "{", '{"name": 1}', '{"name": "f", "parameters": {}, "active": 0}']) assert.equal(readSignature(text), null);
  assert.equal(readSignature(JSON.stringify({ ...told, parameters: Array(5000).fill({}) }))?.parameters.length, 100);
});
