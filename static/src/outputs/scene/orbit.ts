/** Where a scene is looked at from: turned about its middle, moved, and made larger. Pure. */

import type { Point, Scene, View } from "./reader";
import { widened } from "./box";

export interface Orbit {
  /** About the vertical axis, and from it, in radians. */
  readonly around: number;
  readonly down: number;
  readonly zoom: number;
  /** What is in the middle, away from the middle of the scene, in its stretched coordinates. */
  readonly moved: Point;
}

/** How much farther away than so that the corners fit: the words beside the frame have to, too. As in sagews/session/display/scenes/camera.py. */
const FIT = 1.12;
const LEAST = 0.001;
const ZOOMS = [0.05, 200] as const;

/** The middle of a scene, and how far its corners are from there, in stretched coordinates. */
export function ballOf(scene: Pick<Scene, "low" | "high">, aspect: Point): { center: Point; radius: number } {
  const stretched = (corner: Point) => corner.map((each, axis) => each * aspect[axis]!) as unknown as Point;
  const { low, high } = widened({ low: stretched(scene.low), high: stretched(scene.high) });
  const center = low.map((each, axis) => (each + high[axis]!) / 2) as unknown as Point;
  return { center, radius: (FIT * Math.hypot(...low.map((each, axis) => high[axis]! - each))) / 2 };
}

/** As a scene is seen first. */
export function firstOrbit(view: Pick<View, "viewpoint" | "zoom">): Orbit {
  const direction = view.viewpoint === null ? null : turned(view.viewpoint);
  if (direction === null) return { around: Math.PI / 5, down: Math.PI / 3, zoom: view.zoom, moved: [0, 0, 0] };
  const down = Math.min(Math.max(Math.acos(Math.min(Math.max(direction[2], -1), 1)), LEAST), Math.PI - LEAST);
  return { around: Math.atan2(direction[1], direction[0]), down, zoom: view.zoom, moved: [0, 0, 0] };
}

/** The upward vector, turned back by an angle in degrees about an axis (Rodrigues' formula). */
function turned([x, y, z, degrees]: NonNullable<View["viewpoint"]>): Point | null {
  const length = Math.hypot(x, y, z);
  if (length === 0) return null;
  const angle = (-degrees * Math.PI) / 180;
  const [a, b, c] = [x / length, y / length, z / length];
  const rest = c * (1 - Math.cos(angle));
  return [b * Math.sin(angle) + a * rest, -a * Math.sin(angle) + b * rest, Math.cos(angle) + c * rest];
}

/** The unit vectors to the right, up, and towards the eye. */
export function axesOf({ around, down }: Orbit): { right: Point; up: Point; eye: Point } {
  const [sine, cosine] = [Math.sin(down), Math.cos(down)];
  return {
    right: [-Math.sin(around), Math.cos(around), 0],
    up: [-cosine * Math.cos(around), -cosine * Math.sin(around), sine],
    eye: [sine * Math.cos(around), sine * Math.sin(around), cosine],
  };
}

export function rotated(orbit: Orbit, right: number, down: number): Orbit {
  return { ...orbit, around: (orbit.around - right) % (2 * Math.PI), down: Math.min(Math.max(orbit.down - down, LEAST), Math.PI - LEAST) };
}

/** Move what is seen to the right and down, in the scene's own lengths. */
export function shifted(orbit: Orbit, right: number, down: number): Orbit {
  const { right: x, up: y } = axesOf(orbit);
  return { ...orbit, moved: orbit.moved.map((each, axis) => each - right * x[axis]! + down * y[axis]!) as unknown as Point };
}

export function zoomed(orbit: Orbit, by: number): Orbit {
  return { ...orbit, zoom: Math.min(Math.max(orbit.zoom * by, ZOOMS[0]), ZOOMS[1]) };
}
