/** What a session says of a figure, taken apart with bounds. */

const MOST_SCRIPTS = 16;
const NAME = /^[0-9a-f]{64}$/;
export const LIBRARIES = ["plotly", "vega", "bokeh"] as const;
export type Library = (typeof LIBRARIES)[number];

export interface Figure {
  readonly library: Library;
  /** SHA-256 of each, in the order in which they run. */
  readonly scripts: readonly string[];
  /** What the library draws from: JSON. */
  readonly source: string;
}

/** A figure, or null for anything else. */
export function figureOf(text: string): Figure | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  const { version, library, scripts, source } = (typeof found === "object" && found !== null ? found : {}) as Record<string, unknown>;
  if (version !== 1 || !Array.isArray(scripts) || scripts.length > MOST_SCRIPTS || typeof source !== "object" || source === null) return null;
  const known = LIBRARIES.find((each) => each === library);
  const names = scripts.filter((each): each is string => typeof each === "string" && NAME.test(each));
  return known === undefined || names.length < scripts.length ? null : { library: known, scripts: names, source: JSON.stringify(source) };
}
