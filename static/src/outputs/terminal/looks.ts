/** How letters look in a terminal: colours, weight, links. Read from codes, and written again as one code of bounded length. */

/** "" as around it, "0" to "15" a colour that has a name, "#rrggbb" any other. */
export type Colour = string;

export interface Look {
  readonly colour: Colour;
  readonly background: Colour;
  /** Of FLAGS. */
  readonly flags: ReadonlySet<string>;
  /** Address of a link, "" for none. */
  readonly link: string;
}

export const PLAIN: Look = { colour: "", background: "", flags: new Set(), link: "" };

/** Codes that set something, and their names in style sheets. */
const FLAGS: Readonly<Record<number, string>> = { 1: "bold", 2: "dim", 3: "italic", 4: "underline", 7: "inverse", 9: "strike" };
/** Codes that take something away again. */
const ENDS: Readonly<Record<number, readonly string[]>> = { 22: ["bold", "dim"], 23: ["italic"], 24: ["underline"], 27: ["inverse"], 29: ["strike"] };
/** A longer address is none that a program prints for people. */
const LONGEST_LINK = 500;
const SAFE = /^(?:https?:\/\/|mailto:)[^\s"<>\\^`{|}]+$/i;
/** The numbers of one code that are read. */
const MOST_VALUES = 64;

/** Codes of two kinds: of a look, and of a link ("8;parameters;address"). */
export function lookAfter(look: Look, values: string): Look {
  const numbers = values.split(/[;:]/, MOST_VALUES).map(Number);
  const next = { colour: look.colour, background: look.background, flags: new Set(look.flags), link: look.link };
  for (let at = 0; at < numbers.length; at += 1) {
    const value = numbers[at]!;
    if (value === 0) Object.assign(next, { colour: "", background: "", flags: new Set() });
    else if (value === 38 || value === 48) {
      const [colour, used] = anyColour(numbers.slice(at + 1, at + 6), values.includes(":"));
      if (colour !== "") next[value === 38 ? "colour" : "background"] = colour;
      at += used;
    } else if (FLAGS[value] !== undefined) next.flags.add(FLAGS[value]);
    else if (ENDS[value] !== undefined) ENDS[value].forEach((flag) => next.flags.delete(flag));
    else if (value === 39) next.colour = "";
    else if (value === 49) next.background = "";
    else named(value, next);
  }
  return plainIf(next);
}

/** The one plain look, for any that is. */
function plainIf(look: Look): Look {
  return look.colour === "" && look.background === "" && look.flags.size === 0 && look.link === "" ? PLAIN : look;
}

function named(value: number, next: { colour: Colour; background: Colour }): void {
  const tens = Math.floor(value / 10);
  if (value % 10 > 7) return;
  if (tens === 3 || tens === 9) next.colour = String((value % 10) + (tens === 9 ? 8 : 0));
  else if (tens === 4 || tens === 10) next.background = String((value % 10) + (tens === 10 ? 8 : 0));
}

/** The colour behind 38 or 48, and how many numbers it takes. With colons there may be an empty number for the colour space. */
function anyColour([form, ...rest]: readonly number[], colons: boolean): [Colour, number] {
  if (form === 5) return [ofTable(rest[0] ?? -1), 2];
  if (form !== 2) return ["", 1];
  const from = colons && rest.length > 3 ? 1 : 0;
  const [red, green, blue] = rest.slice(from, from + 3);
  return [hex(red ?? -1, green ?? -1, blue ?? -1), 4 + from];
}

/** A colour of the table of 256: sixteen with names, a cube of six by six by six, and greys. */
function ofTable(index: number): Colour {
  if (!Number.isInteger(index) || index < 0 || index > 255) return "";
  if (index < 16) return String(index);
  if (index > 231) return hex(...([8 + 10 * (index - 232), 8 + 10 * (index - 232), 8 + 10 * (index - 232)] as const));
  const level = (step: number) => (step === 0 ? 0 : 55 + 40 * step);
  const place = index - 16;
  return hex(level(Math.floor(place / 36)), level(Math.floor(place / 6) % 6), level(place % 6));
}

function hex(...parts: readonly [number, number, number]): Colour {
  if (!parts.every((part) => Number.isInteger(part) && part >= 0 && part <= 255)) return "";
  return `#${parts.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}

/** The link that the rest of a code begins or, without an address that is fit, ends. */
export function linkAfter(look: Look, parameters: string): Look {
  const address = /^8;[^;]*;(.*)$/.exec(parameters)?.[1];
  return address === undefined ? look : plainIf({ ...look, link: safeLink(address) });
}

/** An address that may be opened from a page, else "". */
export function safeLink(address: string): string {
  return address.length <= LONGEST_LINK && SAFE.test(address) ? address : "";
}

/** The code for a look, wherever one comes from. */
export function codeOf({ colour, background, flags, link }: Look): string {
  const values = ["0", ...Object.entries(FLAGS).flatMap(([value, flag]) => (flags.has(flag) ? [value] : []))];
  if (colour !== "") values.push(valueOf(colour, 3));
  if (background !== "") values.push(valueOf(background, 4));
  return `\u001b[${values.join(";")}m${link === "" ? "" : `\u001b]8;;${link}\u0007`}`;
}

function valueOf(colour: Colour, tens: 3 | 4): string {
  if (!colour.startsWith("#")) return Number(colour) < 8 ? `${tens}${colour}` : `${tens === 3 ? 9 : 10}${Number(colour) - 8}`;
  const parts = [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16));
  return `${tens}8;2;${parts.join(";")}`;
}
