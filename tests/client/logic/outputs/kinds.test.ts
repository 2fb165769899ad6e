import "../page";
import assert from "node:assert/strict";
import { test } from "node:test";
import fc from "fast-check";
import type { Piece } from "client/net/messages";
import { outputKinds, shownOf } from "client/outputs/kinds";
import "client/outputs/kinds/index";

const stream = (sequence: number, text: string, name = "stdout"): Piece => ({ sequence, kind: "stream", body: { name, text } });
const value = (sequence: number, data: Record<string, string>, metadata = {}): Piece => ({ sequence, kind: "result", body: { data, metadata } });
const kindsOf = (pieces: Piece[]) => shownOf(pieces).map((each) => each.kind.id);

test("pieces of one stream that follow each other are joined, and keep the first one's key", () => {
  const shown = shownOf([stream(1, "a"), stream(2, "b"), stream(3, "c", "stderr"), stream(4, "d")]);
  assert.deepEqual(shown.map((each) => each.key), [1, 3, 4]);
  assert.deepEqual(shown[0]!.item, { name: "stdout", text: "ab" });
});

test("a value shows in the best form that it has", () => {
  const forms = { "text/plain": "1/2", "text/markdown": "*half*", "text/html": "<b>½</b>", "image/png": "AA==", "text/latex": "$\\frac12$" };
  const order: string[] = [];
  const left: Record<string, string> = { ...forms };
  for (const form of ["text/latex", "image/png", "text/html", "text/markdown", "text/plain"]) {
    order.push(...kindsOf([value(1, left)]));
    delete left[form];
  }
  assert.deepEqual(order, ["latex", "image", "html", "markdown", "plain"]);
  assert.deepEqual(kindsOf([value(1, left)]), []);
});

test("an image has its title, else its plain form, for those who can't see it", () => {
  const described = value(1, { "text/plain": "Graphics object", "image/png": "AA==" }, { "image/png": { width: 300 } });
  const titled = value(2, { "image/png": "AA==" }, { "image/png": { title: "A curve", width: "wide" } });
  const items = shownOf([described, titled]).map((each) => each.item as { alt: string; width: number | null });
  assert.deepEqual(items.map(({ alt, width }) => [alt, width]), [["Graphics object", 300], ["A curve", null]]);
});

test("a malformed piece is left out and never throws", () => {
  const odd: Piece[] = [
    { sequence: 1, kind: "result", body: { data: 7 as never } },
    { sequence: 2, kind: "nonsense", body: {} },
    { sequence: 3, kind: "error", body: { frames: [null, { source: [5] }] as never } },
    { sequence: 4, kind: "display", body: { data: { "text/html": 3, "text/plain": ["x"] } } },
  ];
  assert.deepEqual(kindsOf(odd), ["error"]);
});

test("whatever a session sends, reading it gives something to show and no exception", () => {
  const kind = fc.constantFrom("stream", "result", "display", "error", "spilled", "other");
  const body = fc.dictionary(fc.constantFrom("name", "text", "data", "metadata", "frames", "path", "lines"), fc.jsonValue());
  fc.assert(fc.property(fc.array(fc.record({ sequence: fc.nat(), kind, body })), (pieces) => {
    assert.ok(shownOf(pieces as Piece[]).length <= pieces.length);
  }));
});

test("a kind that registers itself is read and shown, and nothing else changes", () => {
  const piece: Piece = { sequence: 9, kind: "chime", body: { pitch: 440 } };
  assert.deepEqual(kindsOf([piece]), []);
  outputKinds.add({
    id: "chime",
    pieces: ["chime"],
    read: ({ body }) => (typeof body["pitch"] === "number" ? body["pitch"] : null),
    show: (pitch) => `♪ ${String(pitch)}` as never,
  });
  const [shown] = shownOf([piece]);
  assert.equal(shown!.kind.show(shown!.item), "♪ 440");
  assert.deepEqual(kindsOf([{ ...piece, body: {} }]), []);
});
