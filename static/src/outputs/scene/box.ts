/** The frame around a scene: its edges, and the words beside three of them, as the session's still picture has them. */

import type { Point, Scene } from "./reader";

type Bounds = Pick<Scene, "low" | "high">;

/** How far from the frame words stand, in lengths of an edge. */
const OFFSET = 0.1;

/** Bounds that have an extent along each axis. */
export function widened({ low, high }: Bounds): Bounds {
  const flat = low.map((each, axis) => each === high[axis]);
  const moved = (from: Point, by: number) => from.map((each, axis) => (flat[axis] ? each + by : each)) as unknown as Point;
  return { low: moved(low, -1), high: moved(high, 1) };
}

/** The ends of the twelve edges, one after the other. */
export function edgesOf(bounds: Bounds): Point[] {
  const { low, high } = widened(bounds);
  const corner = (number: number) => [0, 1, 2].map((axis) => (number & (1 << axis) ? high : low)[axis]) as unknown as Point;
  const found: Point[] = [];
  for (let from = 0; from < 8; from += 1) {
    for (const bit of [1, 2, 4]) if ((from & bit) === 0) found.push(corner(from), corner(from | bit));
  }
  return found;
}

/** What is written beside the frame, and where: along each axis both ends, and its name with the middle. */
export function wordsOf(bounds: Bounds, names: readonly string[], decimals: number): { text: string; at: Point }[] {
  const { low, high } = widened(bounds);
  const beside = [0, 1, 2].map((axis) => OFFSET * (high[axis]! - low[axis]!));
  const places: readonly Point[] = [
    [0, high[1] + beside[1]!, low[2]],
    [high[0] + beside[0]!, 0, low[2]],
    [high[0], low[1] - beside[1]!, 0],
  ];
  return places.flatMap((place, axis) => {
    const word = (value: number, told: string) => ({ text: told + written(value, decimals), at: place.map((each, other) => (other === axis ? value : each)) as unknown as Point });
    return [word((low[axis]! + high[axis]!) / 2, `${names[axis] ?? ""} = `), word(low[axis]!, ""), word(high[axis]!, "")];
  });
}

/** A number with so many decimals; a zero has no sign. */
export function written(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  return /^-[0.]*$/.test(text) ? text.slice(1) : text;
}
