import assert from "node:assert/strict";
import { test } from "node:test";
import { signal } from "@preact/signals";
import type { Worksheet } from "../../../static/src/document/worksheet";
import { Filling } from "../../../static/src/workbench/filling";

const frames: (() => void)[] = [];
const later = (action: () => void) => frames.push(action);
// The test's own timers must stay those of node.
Object.assign(globalThis, {
  window: { setTimeout: later, clearTimeout: () => undefined },
  document: { hidden: false },
  requestAnimationFrame: later,
  cancelAnimationFrame: () => undefined,
});

function sheetOf(count: number) {
  const cells = Array.from({ length: count }, (_, place) => ({ id: `c${place}` }));
  return { loaded: signal(false), visible: signal(cells) };
}

const shown = (filling: Filling, count: number) => Array.from({ length: count }, (_, place) => filling.reaches(`c${place}`)).filter(Boolean).length;

test("a screenful of cells is shown at once, the rest frame by frame until all are there", () => {
  const sheet = sheetOf(60);
  const filling = new Filling(sheet as unknown as Worksheet);
  const first = shown(filling, 60);
  assert.ok(first > 0 && first < 60);
  assert.equal(frames.length, 0);
  sheet.loaded.value = true;
  let before = first;
  while (frames.length > 0) {
    frames.shift()!();
    const now = shown(filling, 60);
    assert.ok(now >= before);
    before = now;
  }
  assert.equal(before, 60);
  assert.ok(filling.reaches("a cell that somebody adds later"));
});
