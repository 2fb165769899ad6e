/** How somebody likes to read, kept in their browser. */

export interface Preferences {
  /** Percent of the usual size. */
  readonly size: number;
  readonly code: boolean;
  readonly fromTheRight: boolean;
}

export const SIZES: readonly number[] = [75, 90, 100, 115, 135, 160, 200];
const KEY = "sagews.reading";
const USUAL: Preferences = { size: 100, code: false, fromTheRight: false };

/** What was kept, as far as it is in form. */
export function readPreferences(kept: string | null): Preferences {
  try {
    const found: unknown = JSON.parse(kept ?? "null");
    if (typeof found !== "object" || found === null) return USUAL;
    const { size, code, fromTheRight } = found as Record<string, unknown>;
    return { size: SIZES.find((each) => each === size) ?? USUAL.size, code: code === true, fromTheRight: fromTheRight === true };
  } catch {
    return USUAL;
  }
}

export function loadPreferences(): Preferences {
  try {
    return readPreferences(localStorage.getItem(KEY));
  } catch {
    // A browser may keep nothing for us; then it is for this time.
    return USUAL;
  }
}

export function keepPreferences(preferences: Preferences): void {
  try {
    localStorage.setItem(KEY, JSON.stringify(preferences));
  } catch {
    // As above.
  }
}

/** The next size up or down. */
export function nextSize(size: number, by: -1 | 1): number {
  const place = SIZES.indexOf(size) + by;
  return SIZES[Math.min(Math.max(place, 0), SIZES.length - 1)]!;
}
