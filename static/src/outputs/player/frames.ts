/** The pictures of an animation as sessions send them, and which comes next. Pure. */

export interface Film {
  readonly frames: readonly string[];
  readonly width: number;
  readonly height: number;
  readonly delay: number;
  readonly loop: boolean;
  readonly told: string;
}

export const SPEEDS = [0.25, 0.5, 1, 2, 4] as const;
const MOST = 500;
const LONGEST = 4_000_000;
const PNG = /^iVBORw0KGgo[A-Za-z0-9+/]*={0,2}$/;

/** The frame behind another; null when that was the last. */
export function following(frame: number, count: number, repeat: boolean): number | null {
  return frame + 1 < count ? frame + 1 : repeat ? 0 : null;
}

/** The film in a text, or null for anything else: it came from a hostile place. */
export function filmOf(text: string): Film | null {
  if (text.length > LONGEST) return null;
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== "object" || found === null) return null;
  const { frames, width, height, delay, loop, told } = found as Record<string, unknown>;
  if (!Array.isArray(frames) || frames.length === 0 || frames.length > MOST) return null;
  if (!frames.every((each): each is string => typeof each === "string" && PNG.test(each))) return null;
  const bounded = (value: unknown, low: number, high: number, usual: number) => (typeof value === "number" && Number.isFinite(value) ? Math.min(Math.max(value, low), high) : usual);
  return {
    frames,
    width: bounded(width, 1, 4000, 500),
    height: bounded(height, 1, 4000, 400),
    delay: bounded(delay, 20, 60_000, 200),
    loop: loop !== false,
    told: typeof told === "string" ? told.slice(0, 300) : "",
  };
}
