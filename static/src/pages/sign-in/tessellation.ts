/** The modular tessellation of the disc: Farey edges and the altitudes of their triangles, as SVG paths by weight. */

type Vector = readonly [number, number];

export interface Stroke {
  readonly path: string;
  readonly width: number;
  readonly opacity: number;
}

export const CENTRE = 450;
export const RADIUS = 470;
const SMALLEST = 5;

/** All strokes whose chord is longer than a few units; about two thousand arcs in twenty paths. */
export function tessellation(): Stroke[] {
  const paths = new Map<string, { stroke: Omit<Stroke, "path">; parts: string[] }>();
  const draw = (from: Vector, to: Vector, depth: number, edge: boolean) => {
    const key = `${edge}${depth}`;
    const fade = Math.max(0.16, (edge ? 1 : 0.5) * 0.84 ** depth);
    const stroke = { width: (edge ? 1.7 : 1.36) * 0.88 ** depth, opacity: fade };
    const entry = paths.get(key) ?? { stroke, parts: [] };
    paths.set(key, entry);
    entry.parts.push(arc(point(from), point(to)));
  };
  const divide = (left: Vector, right: Vector, depth: number) => {
    if (chord(left, right) < SMALLEST || depth > 40) return;
    draw(left, right, depth, true);
    draw(add(left, right, 1), add(left, right, -1), depth, false);
    const middle = add(left, right, 1);
    divide(left, middle, depth + 1);
    divide(middle, right, depth + 1);
  };
  divide([0, 1], [1, 0], 0);
  divide([0, 1], [-1, 0], 0);
  return [...paths.values()].map(({ stroke, parts }) => ({ ...stroke, path: parts.join("") }));
}

function add([a, b]: Vector, [c, d]: Vector, sign: number): Vector {
  return [a + sign * c, b + sign * d];
}

/** The point of the circle that stands for p/q: (p - iq) / (p + iq). */
function point([p, q]: Vector): Vector {
  const size = p * p + q * q;
  return [CENTRE + (RADIUS * (p * p - q * q)) / size, CENTRE + (RADIUS * 2 * p * q) / size];
}

function chord(left: Vector, right: Vector): number {
  const [x, y] = point(left);
  const [z, w] = point(right);
  return Math.hypot(x - z, y - w);
}

/** The circle arc between two points of the boundary that meets it at right angles. */
function arc([x, y]: Vector, [z, w]: Vector): string {
  const cross = (x - CENTRE) * (w - CENTRE) - (y - CENTRE) * (z - CENTRE);
  const half = Math.hypot(x - z, y - w) / 2;
  const move = `M${x.toFixed(1)} ${y.toFixed(1)}`;
  const end = `${z.toFixed(1)} ${w.toFixed(1)}`;
  if (Math.abs(cross) < 1) return `${move}L${end}`;
  const radius = (half * RADIUS) / Math.sqrt(Math.max(RADIUS * RADIUS - half * half, 1e-9));
  return `${move}A${radius.toFixed(1)} ${radius.toFixed(1)} 0 0 ${cross > 0 ? 0 : 1} ${end}`;
}
