import assert from "node:assert/strict";
import { test } from "node:test";
import type { Completions } from "client/editor/asking";
import { atMostEvery, isCode } from "client/editor/completion";

const found: Completions = { from: 0, to: 0, options: [] };

test("of questions in a row the first and the last are asked, so far apart as is said", async (context) => {
  context.mock.timers.enable({ apis: ["setTimeout", "Date"], now: 1000 });
  const asked: [string, number][] = [];
  const complete = atMostEvery(400, async (code) => {
    asked.push([code, Date.now()]);
    return found;
  });
  const first = complete("a.", 2);
  const others = ["a.b", "a.b.", "a.b.c"].map((code) => complete(code, code.length));
  assert.equal(await first, found);
  context.mock.timers.tick(400);
  assert.deepEqual(await Promise.all(others), [null, null, found]);
  assert.deepEqual(asked, [["a.", 1000], ["a.b.c", 1400]]);
});

test("what stands in texts and comments, or is meant for another system, is no code", () => {
  const code = ["", "x = f", "'a' + b", '"""a\n"b"\n""" + na', "'it\nna", "# a'b\nna", "f('\\'', na", "x % na"];
  const other = ["# na", "x = 1 # na", "'na", '"a\\" na', '"""a\n" na', "'''a\n\nna", "%gap\nna"];
  assert.deepEqual(code.map(isCode), code.map(() => true));
  assert.deepEqual(other.map(isCode), other.map(() => false));
});
