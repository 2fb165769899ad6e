/** Kinds of output: each registers what it reads and how it is shown; nothing else knows them all. */

import type { JSX } from "preact";
import type { Json, Piece } from "../net/messages";
import { Registry } from "../registry";

type Fields = Readonly<Record<string, Json>>;

/** What a kind reads: the body of a piece, or one form (MIME type) of a value in it. */
export interface Source {
  readonly body: Fields;
  readonly mime: string;
  readonly data: string;
  readonly metadata: Fields;
  /** The value as plain text, for those who can't see the form. */
  readonly plain: string;
}

/** What an item is stays between a kind's own methods; to everybody else it is unknown. */
export interface OutputKind<Item> {
  readonly id: string;
  /** Reads pieces of these kinds whole (sagews/model/sessions.py names them); values come by `mime` instead. */
  readonly pieces?: readonly string[];
  /** Reads values in forms that begin so; forms that are JSON come in `body` alone. */
  readonly mime?: readonly string[];
  /** The item, or null for what is malformed: it came from a hostile place. */
  read(source: Source): Item | null;
  /** One item for two that follow each other, or null when they stay apart. */
  join?(before: Item, next: Item): Item | null;
  show(item: Item): JSX.Element;
}

/** In the order of preference: of a value's forms the first registered kind shows its own. */
export const outputKinds = new Registry<OutputKind<unknown>>();

export interface Shown {
  readonly kind: OutputKind<unknown>;
  readonly key: number;
  readonly item: unknown;
}

/** Turn pieces into what is shown, in order. Pieces of a kind that nobody registered, and malformed ones, are left out. */
export function shownOf(pieces: readonly Piece[]): Shown[] {
  const kinds = outputKinds.all();
  const found: Shown[] = [];
  for (const piece of pieces) {
    const [kind, source] = wholeOf(kinds, piece) ?? valueOf(kinds, piece) ?? [];
    const item = source === undefined ? null : (kind?.read(source) ?? null);
    if (kind === undefined || item === null) continue;
    const last = found.at(-1);
    const joined = last?.kind === kind ? (kind.join?.(last.item, item) ?? null) : null;
    if (last !== undefined && joined !== null) found[found.length - 1] = { ...last, item: joined };
    else found.push({ kind, key: piece.sequence, item });
  }
  return found;
}

type Chosen = readonly [OutputKind<unknown>, Source] | null;

function wholeOf(kinds: readonly OutputKind<unknown>[], piece: Piece): Chosen {
  const kind = kinds.find((each) => each.pieces?.includes(piece.kind));
  return kind === undefined ? null : [kind, { body: piece.body, mime: "", data: "", metadata: {}, plain: "" }];
}

function valueOf(kinds: readonly OutputKind<unknown>[], { kind: name, body }: Piece): Chosen {
  if (name !== "result" && name !== "display") return null;
  const forms = objectOf(body["data"]);
  const names = Object.keys(forms).filter((each) => typeof forms[each] === "string" || each.endsWith("json"));
  for (const kind of kinds) {
    const start = kind.mime?.find((each) => names.some((name) => name.startsWith(each)));
    const mime = start && names.find((name) => name.startsWith(start));
    if (mime === undefined) continue;
    const metadata = objectOf(objectOf(body["metadata"])[mime]);
    return [kind, { body, mime, data: textOf(forms[mime]), metadata, plain: textOf(forms["text/plain"]) }];
  }
  return null;
}

export function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

export function numberOf(value: Json | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

export function objectOf(value: Json | undefined): Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
