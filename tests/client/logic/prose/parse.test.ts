import assert from "node:assert/strict";
import { test } from "node:test";
import { NOTE_OPEN, NOTE_SHUT, parse } from "client/prose/parse";

test("task boxes are signs", () => {
  const html = parse("- [x] done\n- [ ] to do");
  assert.ok(html.includes("☑ done") && html.includes("☐ to do") && !html.includes("<input"), html);
});

test("footnotes are numbered as they are named, and stand at the end", () => {
  const html = parse("One[^b], two[^a].\n\n[^a]: First *note*\n   goes on.\n[^b]: Second.\n");
  assert.ok(html.includes(`One${NOTE_OPEN}1${NOTE_SHUT}, two${NOTE_OPEN}2${NOTE_SHUT}.`), html);
  assert.ok(html.indexOf("Second.") < html.indexOf("First <em>note</em> goes on."), html);
});

test("a mark without its note stays as it was written", () => {
  assert.ok(parse("What[^x] is it?").includes("[^x]"));
});
