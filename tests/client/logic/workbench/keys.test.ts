import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { chord, KeyMap, keyLabel, Typed } from "client/workbench/keys";

test("key presses have names, pairs are remembered, and browser keys are nobody's", () => {
  const press = (key: string, more = {}) => chord({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more });
  assert.equal(press("Enter", { shiftKey: true }), "Shift-Enter");
  assert.equal(press("S", { ctrlKey: true, shiftKey: true }), "Ctrl-Shift-s");
  assert.equal(press("?", { shiftKey: true }), "?");
  const keys = new KeyMap([{ id: "remove", bindings: [{ keys: "d d", mode: "command" as const }] }]);
  assert.equal(keys.find("d", "command", 0), "more");
  assert.equal((keys.find("d", "command", 500) as { id: string }).id, "remove");
  assert.equal(keys.find("d", "edit", 600), null);
  keys.find("d", "command", 1000);
  assert.equal(keys.find("d", "command", 5000), "more");
  assert.equal(keyLabel("Ctrl-Shift-s"), "Ctrl Shift S");
});

test("a key that is held down is no pair of presses", () => {
  const keys = new KeyMap([{ id: "remove", bindings: [{ keys: "d d", mode: "command" as const }] }]);
  assert.equal(keys.find("d", "command", 0), "more");
  assert.equal(keys.find("d", "command", 40, true), null);
  assert.equal(keys.find("d", "command", 80, true), null);
});

test("a word is a text from its fourth letter on until there is silence, and commands given now and then are none", () => {
  const typed = new Typed();
  assert.deepEqual([..."oddly so"].map((letter, index) => typed.isText(letter, index * 90)), [false, false, false, true, true, true, true, true]);
  assert.equal(typed.isText("d", 5000), false);
  assert.equal([..."jkxvjk"].some((letter, index) => typed.isText(letter, 9000 + index * 200)), false);
});

test("moving on by one key or two, however fast, is no text", () => {
  const typed = new Typed();
  assert.equal([..."jjjjjjkkkj"].some((letter, index) => typed.isText(letter, index * 30)), false);
});

test("what throws something away waits for the end of typing, and what comes behind it keeps its place", async () => {
  const done: string[] = [];
  const typed = new Typed();
  typed.act(() => done.push("insert"), false);
  typed.act(() => done.push("remove"), true);
  typed.act(() => done.push("next"), false);
  assert.deepEqual(done, ["insert"]);
  await new Promise<void>((go) => typed.act(go, false));
  assert.deepEqual(done, ["insert", "remove", "next"]);
});

test("each key behind it puts off what would throw something away", async () => {
  const done: string[] = [];
  const typed = new Typed();
  const start = performance.now();
  typed.act(() => done.push("remove"), true);
  for (let presses = 0; presses < 3; presses += 1) {
    await new Promise((go) => setTimeout(go, 150));
    typed.isText("j", performance.now());
    // On a busy machine the wait itself may have been longer than the pause that ends it.
    if (performance.now() - start < 250 + 150 * presses) assert.deepEqual(done, []);
  }
  await new Promise<void>((go) => typed.act(go, true));
  assert.deepEqual(done, ["remove"]);
});

test("a text that goes on takes back what would have thrown something away", async () => {
  const done: string[] = [];
  const typed = new Typed();
  [..."odd"].forEach((letter, index) => typed.isText(letter, index * 50));
  typed.act(() => done.push("remove"), true);
  assert.equal(typed.isText("l", 200), true);
  await new Promise<void>((go) => typed.act(go, true));
  assert.deepEqual(done, []);
});
