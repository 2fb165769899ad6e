import assert from "node:assert/strict";
import { test } from "node:test";
import { ansiSpans } from "client/outputs/ansi";

test("colours become spans, other codes go, and a carriage return writes over its line", () => {
  assert.deepEqual(ansiSpans("a\u001b[31mb\u001b[0mc"), [{ text: "a", style: "" }, { text: "b", style: "ansi-1" }, { text: "c", style: "" }]);
  assert.deepEqual(ansiSpans("\u001b[2K10%\r20%\r\nend")[0]!.text, "20%\nend");
});
