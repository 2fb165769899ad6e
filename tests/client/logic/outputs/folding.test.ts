import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import { foldText, HEAD, TAIL } from "client/outputs/folding";

const numbered = (count: number) => Array.from({ length: count }, (_, number) => `${number}\n`).join("");

test("text of up to 200 lines and 20,000 characters is shown whole", () => {
  assert.deepEqual(foldText(numbered(200)), { head: numbered(200), tail: "", hidden: 0, folded: false });
});

test("longer text shows its first and its last lines, and says how many more there are", () => {
  const { head, tail, hidden, folded } = foldText(numbered(14200));
  assert.deepEqual([folded, hidden], [true, 14160]);
  assert.equal(head, numbered(10));
  assert.deepEqual([tail.split("\n")[0], tail.split("\n").length, tail.slice(-6)], ["14170", 31, "14199\n"]);
});

test("a line that is still being written is the last one shown", () => {
  assert.ok(foldText(`${numbered(300)}half`).tail.endsWith("299\nhalf"));
});

test("of one endless line both ends are shown", () => {
  const { head, tail } = foldText(`${"a".repeat(15000)}${"z".repeat(15000)}`);
  assert.deepEqual([head, tail], ["a".repeat(HEAD.characters), "z".repeat(TAIL.characters)]);
});

test("whatever the text, both ends are its own and do not meet", () => {
  const line = fc.string({ maxLength: 300 });
  fc.assert(fc.property(fc.array(line, { maxLength: 400 }), (rows) => {
    const text = rows.join("\n");
    const { head, tail, folded } = foldText(text);
    assert.ok(text.startsWith(head) && text.endsWith(tail));
    if (folded) assert.ok(head.length + tail.length <= text.length && tail.split("\n").length <= TAIL.lines + 1);
    else assert.equal(head, text);
  }));
});
