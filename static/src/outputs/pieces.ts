/** Pieces of output as things to show: streams joined, values by their best type. */

import type { Json, Piece } from "../net/messages";

export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly user: boolean;
  readonly source: readonly (readonly [number, string])[];
}

export type Shown =
  | { kind: "stream"; key: number; name: "stdout" | "stderr"; text: string }
  | { kind: "latex"; key: number; text: string; plain: string }
  | { kind: "image"; key: number; mime: string; data: string; alt: string; width: number | null }
  | { kind: "html"; key: number; html: string }
  | { kind: "markdown"; key: number; text: string }
  | { kind: "plain"; key: number; text: string }
  | { kind: "error"; key: number; name: string; message: string; frames: readonly Frame[]; plain: string }
  | { kind: "spilled"; key: number; path: string; bytes: number; lines: number };

const IMAGES = ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"];

/** Turn pieces into what is shown, in order. Anything malformed is left out: it came from a hostile place. */
export function shownOf(pieces: readonly Piece[]): Shown[] {
  const shown: Shown[] = [];
  for (const piece of pieces) {
    const last = shown.at(-1);
    if (piece.kind === "stream") {
      const name = piece.body["name"] === "stderr" ? "stderr" : "stdout";
      const text = textOf(piece.body["text"]);
      if (last?.kind === "stream" && last.name === name) last.text += text;
      else shown.push({ kind: "stream", key: piece.sequence, name, text });
      continue;
    }
    const next = single(piece);
    if (next !== null) shown.push(next);
  }
  return shown;
}

function single(piece: Piece): Shown | null {
  const { body, sequence: key } = piece;
  switch (piece.kind) {
    case "result":
    case "display":
      return valueOf(key, objectOf(body["data"]), objectOf(body["metadata"]));
    case "error":
      return {
        kind: "error",
        key,
        name: textOf(body["name"]),
        message: textOf(body["message"]),
        frames: framesOf(body["frames"]),
        plain: textOf(body["plain"]),
      };
    case "spilled":
      return { kind: "spilled", key, path: textOf(body["path"]), bytes: numberOf(body["bytes"]), lines: numberOf(body["lines"]) };
    default:
      return null;
  }
}

function valueOf(key: number, data: Record<string, Json>, metadata: Record<string, Json>): Shown | null {
  const plain = textOf(data["text/plain"]);
  if (typeof data["text/latex"] === "string") return { kind: "latex", key, text: data["text/latex"], plain };
  for (const mime of IMAGES) {
    const image = data[mime];
    if (typeof image === "string") return imageOf(key, mime, image, objectOf(metadata[mime]), plain);
  }
  if (typeof data["text/html"] === "string") return { kind: "html", key, html: data["text/html"] };
  if (typeof data["text/markdown"] === "string") return { kind: "markdown", key, text: data["text/markdown"] };
  return plain ? { kind: "plain", key, text: plain } : null;
}

function imageOf(key: number, mime: string, data: string, metadata: Record<string, Json>, alt: string): Shown {
  const width = typeof metadata["width"] === "number" ? metadata["width"] : null;
  return { kind: "image", key, mime, data, alt: textOf(metadata["title"]) || alt, width };
}

function framesOf(value: Json | undefined): Frame[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, 100).map((entry) => {
    const frame = objectOf(entry);
    const source = Array.isArray(frame["source"]) ? frame["source"] : [];
    return {
      file: textOf(frame["file"]),
      line: numberOf(frame["line"]),
      function: textOf(frame["function"]),
      user: frame["user"] === true,
      source: source.slice(0, 50).map((row) => (Array.isArray(row) ? [numberOf(row[0]), textOf(row[1])] : [0, ""])),
    };
  });
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" ? value : "";
}

function numberOf(value: Json | undefined): number {
  return typeof value === "number" && Number.isFinite(value) ? value : 0;
}

function objectOf(value: Json | undefined): Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
}
