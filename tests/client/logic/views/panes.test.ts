import assert from "node:assert/strict";
import { test } from "node:test";
import { readPanes, withPanes, type Panes } from "client/views/worksheet/panes";

test("of what a browser kept only panes that are remembered are taken", () => {
  for (const kept of [null, "", "{", "7", "null", "[]"]) assert.deepEqual(readPanes(kept), {});
  assert.deepEqual(readPanes('{"a":["console","present",7,"variables"],"b":"console"}'), { a: ["console", "variables"] });
});

test("what is open is kept for its worksheet, nothing for one without, and fifty worksheets at most", () => {
  let panes: Panes = {};
  for (let number = 0; number < 60; number += 1) panes = withPanes(panes, `w${number}`, ["console"]);
  assert.deepEqual([Object.keys(panes).length, panes["w9"], panes["w59"]], [50, undefined, ["console"]]);
  panes = withPanes(panes, "w59", ["present"]);
  assert.equal(panes["w59"], undefined);
  assert.equal(Object.keys(withPanes(panes, "w10", ["read"])).at(-1), "w10");
});
