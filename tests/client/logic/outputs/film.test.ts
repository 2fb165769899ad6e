import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { filmOf, following } from "client/outputs/player/frames";

const PNG = "iVBORw0KGgoAAAA=";

test("behind the last frame comes the first, or none", () => {
  assert.deepEqual([following(0, 3, false), following(2, 3, false), following(2, 3, true)], [1, null, 0]);
});

test("a film is pictures and how they are played, within bounds", () => {
  const film = filmOf(JSON.stringify({ frames: [PNG, PNG], width: 1e9, height: 300, delay: 0, told: 5 }))!;
  assert.deepEqual({ ...film, frames: film.frames.length }, { frames: 2, width: 4000, height: 300, delay: 20, loop: true, told: "" });
});

test("anything else is no film", () => {
  for (const frames of [[], ["data:text/html,x"], [5], Array(501).fill(PNG), {}, null]) assert.equal(filmOf(JSON.stringify({ frames })), null);
  assert.equal(filmOf("null"), null);
  fc.assert(fc.property(fc.string(), (text) => filmOf(text) === null));
});
