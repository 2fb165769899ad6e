import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Json } from "client/net/json";
import { standing } from "client/outputs/place";

test("pieces stand in their area, and an area in the one that it was made in", () => {
  const piece = (sequence: number, kind: string, body: Record<string, Json>) => ({ sequence, kind, body });
  const pieces = [
    piece(1, "stream", { name: "stdout", text: "a" }),
    piece(2, "area", { area: 1 }),
    piece(3, "stream", { name: "stdout", text: "b", area: 1 }),
    piece(4, "area", { area: 2, parent: 1 }),
    piece(5, "channel", { channel: 1, area: 2 }),
    piece(6, "stream", { name: "stdout", text: "c", area: 0 }),
  ];
  const numbers = (area: number) => standing(pieces, area).map(({ sequence }) => sequence);
  assert.deepEqual([numbers(0), numbers(1), numbers(2), numbers(3)], [[1, 2, 6], [3, 4], [5], []]);
});
