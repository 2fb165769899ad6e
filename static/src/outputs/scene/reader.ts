/** Scenes as sessions send them (sagews/session/display/scenes/scene.py): taken apart, checked and bounded. */

import { fromBase64 } from "../../net/base64";

interface Look {
  readonly color: string;
  readonly opacity: number;
  /** Of a scene that moves: the only frame that it is seen in. */
  readonly frame: number | null;
}

export interface Mesh extends Look {
  readonly positions: Float32Array<ArrayBuffer>;
  readonly triangles: Uint32Array<ArrayBuffer>;
  /** Red, green and blue of each triangle, where they differ. */
  readonly colors: Uint8Array<ArrayBuffer> | null;
  readonly edges: Uint32Array<ArrayBuffer> | null;
  readonly width: number;
  readonly order: number;
  readonly single: boolean;
  readonly flat: boolean;
  readonly depthWrite: boolean;
}

export interface Strokes extends Look {
  readonly positions: Float32Array<ArrayBuffer>;
  /** Of lines: how many positions each goes through. */
  readonly counts: Uint32Array<ArrayBuffer>;
  /** Of lines their width, of points their size. */
  readonly width: number;
}

export interface Label extends Look {
  readonly text: string;
  readonly at: Point;
  readonly size: number;
  readonly bold: boolean;
  readonly italic: boolean;
}

export type Point = readonly [number, number, number];

export interface View {
  readonly frame: boolean;
  readonly axes: boolean;
  readonly aspect: Point;
  readonly labels: readonly [string, string, string];
  readonly decimals: number;
  readonly orthographic: boolean;
  readonly zoom: number;
  readonly spin: number;
  readonly theme: "light" | "dark" | null;
  readonly viewpoint: readonly [number, number, number, number] | null;
  readonly size: readonly [number, number];
  readonly animate: boolean;
  readonly play: boolean;
  readonly loop: boolean;
  readonly delay: number;
}

export interface Scene {
  readonly low: Point;
  readonly high: Point;
  readonly view: View;
  readonly meshes: readonly Mesh[];
  readonly lines: readonly Strokes[];
  readonly points: readonly Strokes[];
  readonly texts: readonly Label[];
  /** How many frames it has; 1 when nothing moves. */
  readonly frames: number;
  readonly told: string;
}

const LONGEST = 4_000_000;
const MOST_PARTS = 4000;
const MOST_TRIANGLES = 150_000;
const MOST_POSITIONS = 450_000;
const MOST_TEXTS = 1000;
const MOST_FRAMES = 500;
const MOST_LETTERS = 200;
/** Beyond it single precision, in which graphics processors reckon, gives up. */
const FARTHEST = 1e31;
export const USUAL_SIZE = [560, 420] as const;

/** The scene in a text, or null for anything else: it came from a hostile place. */
export function sceneOf(text: string): Scene | null {
  if (text.length > LONGEST) return null;
  try {
    return read(JSON.parse(text));
  } catch {
    return null;
  }
}

class Malformed extends Error {}

/** An object of JSON whose fields are asked for by their kinds; a number that is missing or odd is the usual one. */
class Fields {
  private readonly of: Record<string, unknown>;

  constructor(value: unknown) {
    if (typeof value !== "object" || value === null || Array.isArray(value)) throw new Malformed();
    this.of = value as Record<string, unknown>;
  }

  number(name: string, low: number, high: number, usual: number): number {
    const value = this.of[name];
    return typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) : usual;
  }

  is(name: string, usual = false): boolean {
    const value = this.of[name];
    return typeof value === "boolean" ? value : usual;
  }

  text(name: string): string {
    const value = this.of[name];
    return typeof value === "string" ? value.slice(0, MOST_LETTERS) : "";
  }

  list(name: string, most: number): unknown[] {
    const value = this.of[name] ?? [];
    if (!Array.isArray(value) || value.length > most) throw new Malformed();
    return value;
  }

  has(name: string): boolean {
    return this.of[name] !== undefined;
  }

  numbers(name: string, count: number, low: number, high: number): number[] {
    const value = this.of[name];
    if (!Array.isArray(value) || value.length !== count) throw new Malformed();
    if (!value.every((each) => typeof each === "number" && each >= low && each <= high)) throw new Malformed();
    return value as number[];
  }

  /** The bytes of an array, which has whole entries of so many bytes. */
  bytes(name: string, entry: number): Uint8Array<ArrayBuffer> {
    const value = this.of[name];
    if (typeof value !== "string") throw new Malformed();
    const bytes = fromBase64(value);
    if (bytes.length % entry !== 0) throw new Malformed();
    return bytes;
  }
}

/** What has been read so far, so that a scene is bounded as a whole. */
interface Sum {
  triangles: number;
  positions: number;
  frames: number;
}

function read(value: unknown): Scene {
  const fields = new Fields(value);
  if (fields.number("version", 0, 1000, 0) !== 1) throw new Malformed();
  const [low, high] = fields.list("bounds", 2).map((each) => new Fields({ each }).numbers("each", 3, -FARTHEST, FARTHEST) as unknown as Point);
  if (low === undefined || high === undefined) throw new Malformed();
  const sum = { triangles: 0, positions: 0, frames: 1 };
  const parts = <Part>(name: string, of: (part: Fields, sum: Sum) => Part) => fields.list(name, MOST_PARTS).map((each) => of(new Fields(each), sum));
  const meshes = parts("meshes", meshOf);
  const lines = parts("lines", linesOf);
  const points = parts("points", pointsOf);
  const texts = fields.list("texts", MOST_TEXTS).map((each) => labelOf(new Fields(each), sum));
  const { frames } = sum;
  return { low, high, view: viewOf(new Fields(fields.has("options") ? (value as { options: unknown }).options : {})), meshes, lines, points, texts, frames, told: fields.text("told") };
}

function lookOf(part: Fields, sum: Sum): Look {
  const color = part.text("color");
  const frame = part.has("keyframe") ? Math.floor(part.number("keyframe", 0, MOST_FRAMES - 1, 0)) : null;
  sum.frames = Math.max(sum.frames, (frame ?? 0) + 1);
  return { color: /^#[0-9a-f]{6}$/i.test(color) ? color : "#808080", opacity: part.number("opacity", 0, 1, 1), frame };
}

function positionsOf(part: Fields, sum: Sum): Float32Array<ArrayBuffer> {
  const positions = new Float32Array(part.bytes("positions", 12).buffer);
  sum.positions += positions.length / 3;
  if (sum.positions > MOST_POSITIONS || !positions.every((each) => Math.abs(each) <= FARTHEST)) throw new Malformed();
  return positions;
}

/** Numbers of positions, of which so many belong together. */
function indicesOf(part: Fields, name: string, together: number, positions: Float32Array): Uint32Array<ArrayBuffer> {
  const indices = new Uint32Array(part.bytes(name, 4 * together).buffer);
  const count = positions.length / 3;
  if (!indices.every((each) => each < count)) throw new Malformed();
  return indices;
}

function meshOf(part: Fields, sum: Sum): Mesh {
  const look = lookOf(part, sum);
  const positions = positionsOf(part, sum);
  const triangles = indicesOf(part, "triangles", 3, positions);
  const edges = part.has("edges") ? indicesOf(part, "edges", 2, positions) : null;
  const colors = part.has("colors") ? part.bytes("colors", 3) : null;
  sum.triangles += triangles.length / 3 + (edges?.length ?? 0) / 2;
  if (sum.triangles > MOST_TRIANGLES || (colors !== null && colors.length !== triangles.length)) throw new Malformed();
  return {
    ...look,
    positions,
    triangles,
    edges,
    colors,
    width: part.number("linewidth", 0.5, 20, 1),
    order: part.number("renderOrder", -1000, 1000, 0),
    single: part.is("singleSide"),
    flat: part.is("useFlatShading"),
    depthWrite: part.is("depthWrite", look.opacity >= 1),
  };
}

function linesOf(part: Fields, sum: Sum): Strokes {
  const positions = positionsOf(part, sum);
  const counts = new Uint32Array(part.bytes("counts", 4).buffer);
  if (counts.reduce((total, each) => total + each, 0) !== positions.length / 3) throw new Malformed();
  return { ...lookOf(part, sum), positions, counts, width: part.number("linewidth", 0.5, 50, 1) };
}

function pointsOf(part: Fields, sum: Sum): Strokes {
  return { ...lookOf(part, sum), positions: positionsOf(part, sum), counts: new Uint32Array(0), width: part.number("size", 0.5, 200, 5) };
}

function labelOf(part: Fields, sum: Sum): Label {
  return {
    ...lookOf(part, sum),
    text: part.text("text"),
    at: part.numbers("at", 3, -FARTHEST, FARTHEST) as unknown as Point,
    size: part.number("fontSize", 4, 100, 14),
    bold: part.is("bold"),
    italic: part.is("italic"),
  };
}

function viewOf(part: Fields): View {
  const [x, y, z] = part.has("labels") ? part.list("labels", 3) : ["x", "y", "z"];
  const name = (value: unknown) => (typeof value === "string" ? value.slice(0, 40) : "");
  const [width = 0, height = 0] = part.has("size") ? part.numbers("size", 2, 1, 4000) : USUAL_SIZE;
  const theme = part.text("theme");
  return {
    frame: part.is("frame", true),
    axes: part.is("axes"),
    aspect: (part.has("aspect") ? part.numbers("aspect", 3, -1e6, 1e6) : [1, 1, 1]) as unknown as Point,
    labels: [name(x), name(y), name(z)],
    decimals: Math.floor(part.number("decimals", 0, 10, 2)),
    orthographic: part.text("projection") === "orthographic",
    zoom: part.number("zoom", 0.01, 100, 1),
    spin: part.number("spin", -20, 20, 0),
    theme: theme === "light" || theme === "dark" ? theme : null,
    viewpoint: part.has("viewpoint") ? (part.numbers("viewpoint", 4, -1e6, 1e6) as unknown as View["viewpoint"]) : null,
    size: [Math.min(Math.max(width, 100), 1600), Math.min(Math.max(height, 100), 1600)],
    animate: part.is("animate", true),
    play: part.is("play", true),
    loop: part.is("loop", true),
    delay: part.number("delay", 20, 10_000, 200),
  };
}
