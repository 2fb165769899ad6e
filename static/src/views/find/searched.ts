/** What a worksheet says: the text of each cell, and of what it printed. */

import type { Json } from "../../net/messages";
import type { Bench } from "../../workbench/parts";
import type { Searched } from "./query";

export function searchedIn({ worksheet: { sheet, runs } }: Pick<Bench, "worksheet">): Searched[] {
  const results = runs.results.value;
  return sheet.cells.value.map((cell) => ({
    id: cell.id,
    source: sheet.text(cell.id),
    output: (results.get(cell.id)?.pieces ?? []).map(({ kind, body }) => textOfPiece(kind, body)).join("\n"),
  }));
}

/** What a piece of output says, as far as it is text. */
export function textOfPiece(kind: string, body: Json): string {
  if (typeof body !== "object" || body === null || Array.isArray(body)) return "";
  const { text, name, message, data } = body as Record<string, Json>;
  if (kind === "stream" || kind === "notice") return typeof text === "string" ? text : "";
  if (kind === "error") return [name, message].filter((each) => typeof each === "string").join(": ");
  const plain = typeof data === "object" && data !== null && !Array.isArray(data) ? data["text/plain"] : "";
  return typeof plain === "string" ? plain : "";
}
