/** How a scene is turned, moved and zoomed: by pointers and by keys. Each gives the new view of the one that there was. */

import { rotated, shifted, zoomed, type Orbit } from "./orbit";

type Change = (orbit: Orbit) => Orbit;

const STEP = Math.PI / 24;
const STRIDE = 20;
const ZOOM = 1.2;

/** What a key does, or null when it is not for the view. */
export function keyed(key: string, shift: boolean, length: number): Change | null {
  const arrows: Record<string, readonly [number, number]> = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
  const arrow = arrows[key];
  if (arrow !== undefined) {
    const [right, down] = arrow;
    return shift ? (orbit) => shifted(orbit, right * STRIDE * length, down * STRIDE * length) : (orbit) => rotated(orbit, right * STEP, down * STEP);
  }
  if (key === "+" || key === "=") return (orbit) => zoomed(orbit, ZOOM);
  if (key === "-" || key === "_") return (orbit) => zoomed(orbit, 1 / ZOOM);
  return null;
}

/** What a wheel's turn does. */
export function wheeled(event: Pick<WheelEvent, "deltaY" | "deltaMode">): Change {
  const lines = event.deltaMode === 0 ? event.deltaY / 40 : event.deltaY;
  return (orbit) => zoomed(orbit, Math.exp(-Math.min(Math.max(lines, -10), 10) * 0.06));
}

interface At {
  readonly x: number;
  readonly y: number;
}

/** Pointers that are down: one turns (or moves, with Shift or another button), two move and zoom. */
export class Pointers {
  private readonly down = new Map<number, At>();

  begin(id: number, at: At): void {
    this.down.set(id, at);
  }

  end(id: number): void {
    this.down.delete(id);
  }

  get any(): boolean {
    return this.down.size > 0;
  }

  /** What it means that a pointer has moved; null when it is not down. */
  moved(id: number, at: At, moving: boolean, size: number, length: number): Change | null {
    const before = this.down.get(id);
    if (before === undefined) return null;
    const other = [...this.down].find(([each]) => each !== id)?.[1];
    this.down.set(id, at);
    const [x, y] = [at.x - before.x, at.y - before.y];
    if (other !== undefined) {
      const apart = (each: At) => Math.max(Math.hypot(each.x - other.x, each.y - other.y), 1);
      return (orbit) => zoomed(shifted(orbit, (x / 2) * length, (y / 2) * length), apart(at) / apart(before));
    }
    if (moving) return (orbit) => shifted(orbit, x * length, y * length);
    return (orbit) => rotated(orbit, (x / size) * Math.PI, (y / size) * Math.PI);
  }
}
