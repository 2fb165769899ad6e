/** How large a picture will be shown, known before it is decoded, so that nothing below it moves when it comes. */

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** More than any screen has; what says it is larger is a mistake, or made to fill the page. */
const MOST = 20_000;
/** In pixels of CSS; a plot's size is in points. */
const UNITS: Readonly<Record<string, number>> = { "": 1, px: 1, pt: 4 / 3, pc: 16, mm: 96 / 25.4, cm: 96 / 2.54, in: 96 };

/** The size that a drawing names, or the one of its view box; null where it names none. */
export function sizeOfDrawing(svg: string): Size | null {
  // The attributes of the first element stand at the beginning; a drawing may be megabytes.
  const tag = /<svg\b[^>]{0,4000}>/.exec(svg.slice(0, 8000))?.[0];
  if (tag === undefined) return null;
  const box = /\bviewBox\s*=\s*["']\s*[-\d.e]+[\s,]+[-\d.e]+[\s,]+([\d.e]+)[\s,]+([\d.e]+)/.exec(tag);
  return sizeOf(length(tag, "width") ?? Number(box?.[1]), length(tag, "height") ?? Number(box?.[2]));
}

/** A size that can be shown, or null. */
export function sizeOf(width: number, height: number): Size | null {
  const fits = [width, height].every((each) => Number.isFinite(each) && each > 0 && each <= MOST);
  return fits ? { width, height } : null;
}

function length(tag: string, name: string): number | null {
  const found = new RegExp(`\\s${name}\\s*=\\s*["']\\s*([\\d.]+)(px|pt|pc|mm|cm|in)?\\s*["']`).exec(tag);
  return found === null ? null : Number(found[1]) * UNITS[found[2] ?? ""]!;
}
