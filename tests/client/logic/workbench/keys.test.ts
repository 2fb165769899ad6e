import assert from "node:assert/strict";
import { test } from "node:test";
import { chord, KeyMap, keyLabel } from "client/workbench/keys";

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
