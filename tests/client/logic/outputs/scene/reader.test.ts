import assert from "node:assert/strict";
import test from "node:test";
import fc from "fast-check";
import { toBase64 } from "client/net/base64";
import { sceneOf } from "client/outputs/scene/reader";

const packed = (array: Float32Array | Uint32Array | Uint8Array) => toBase64(new Uint8Array(array.buffer));
const corners = packed(new Float32Array([0, 0, 0, 1, 0, 0, 0, 1, 0]));
const mesh = { color: "#ff0000", opacity: 0.5, positions: corners, triangles: packed(new Uint32Array([0, 1, 2])) };
const scene = { version: 1, bounds: [[0, 0, 0], [1, 1, 0]], options: {}, meshes: [mesh], lines: [], points: [], texts: [], told: "" };
const read = (more: object) => sceneOf(JSON.stringify({ ...scene, ...more }));

test("a scene is read with what it leaves out as usual", () => {
  const found = read({})!;
  assert.deepEqual([...found.meshes[0]!.triangles], [0, 1, 2]);
  assert.equal(found.meshes[0]!.depthWrite, false);
  assert.deepEqual(found.view.labels, ["x", "y", "z"]);
  assert.deepEqual(found.view.size, [560, 420]);
  assert.equal(found.frames, 1);
});

test("the frames of a scene that moves are counted, and never are too many", () => {
  assert.equal(read({ meshes: [mesh, { ...mesh, keyframe: 4 }] })!.frames, 5);
  assert.equal(read({ meshes: [{ ...mesh, keyframe: 1e9 }] })!.frames, 500);
});

test("what refers to no corner, is no number or does not fit together is no scene", () => {
  const odd: object[] = [
    { triangles: packed(new Uint32Array([0, 1, 3])) },
    { triangles: packed(new Uint32Array([0, 1])) },
    { positions: packed(new Float32Array([0, 0, NaN])) },
    { positions: packed(new Float32Array([0, 0, Infinity, 1, 1, 1, 2, 2, 2])) },
    { positions: "%%%" },
    { positions: 3 },
    { colors: packed(new Uint8Array([1, 2])) },
    { edges: packed(new Uint32Array([0, 9])) },
  ];
  for (const each of odd) assert.equal(read({ meshes: [{ ...mesh, ...each }] }), null, JSON.stringify(each));
  for (const more of [{ version: 2 }, { bounds: [[0, 0, 0]] }, { meshes: {} }, { meshes: [3] }, { options: { aspect: [1, 1] } }]) {
    assert.equal(read(more), null, JSON.stringify(more));
  }
  assert.equal(read({ lines: [{ positions: corners, counts: packed(new Uint32Array([2])) }] }), null);
});

test("more triangles than a page draws are no scene, and are refused before they are drawn", () => {
  const many = packed(new Uint32Array(3 * 40_000));
  const part = { positions: corners, triangles: many };
  assert.notEqual(read({ meshes: [part, part] }), null);
  assert.equal(read({ meshes: [part, part, part, part] }), null);
  assert.equal(sceneOf(" ".repeat(5_000_000)), null);
});

test("nothing that can be written down is a fault", () => {
  fc.assert(fc.property(fc.string(), (text) => sceneOf(text) === null));
  const part = fc.dictionary(fc.constantFrom("positions", "triangles", "colors", "edges", "counts", "color", "keyframe", "at", "size"), fc.oneof(fc.base64String(), fc.jsonValue()));
  const parts = fc.oneof(fc.array(part, { maxLength: 3 }), fc.jsonValue());
  const all = fc.record({ meshes: parts, lines: parts, points: parts, texts: parts, options: fc.jsonValue(), bounds: fc.oneof(fc.constant(scene.bounds), fc.jsonValue()) });
  fc.assert(
    fc.property(all, (more) => {
      const found = read(more);
      if (found === null) return;
      for (const each of found.meshes) assert.ok([...each.triangles].every((corner) => corner < each.positions.length / 3));
      assert.ok(Number.isFinite(found.view.zoom) && found.frames <= 500);
    }),
    { numRuns: 500 },
  );
});
