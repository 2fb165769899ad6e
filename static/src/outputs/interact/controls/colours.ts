/** Colours as people type them. */

/** The colour that somebody typed, with or without its sign and in the short form, too. */
export function typedColour(text: string): string | null {
  const [, digits] = /^\s*#?([0-9a-f]{3}|[0-9a-f]{6})\s*$/i.exec(text) ?? [];
  if (digits === undefined) return null;
  const long = digits.length === 3 ? [...digits].map((digit) => digit + digit).join("") : digits;
  return `#${long.toLowerCase()}`;
}
