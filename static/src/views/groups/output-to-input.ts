/** The value that a cell gave last, as the code of a new cell below it. */

import type { Piece } from "../../net/messages";
import type { Bench } from "../../workbench/parts";
import { words } from "./strings";

/** What the last value of a cell looks like as text, or null. */
export function valueOf(pieces: readonly Piece[]): string | null {
  for (const { kind, body } of [...pieces].reverse()) {
    const data = kind === "result" ? (body as { data?: Record<string, unknown> }).data : undefined;
    const text = data?.["text/plain"];
    if (typeof text === "string" && text.trim() !== "") return text;
  }
  return null;
}

export function outputToInput({ actions, focus, worksheet }: Bench): void {
  const cell = actions.active;
  if (cell === null || !worksheet.mayEdit.value) return;
  const value = valueOf(worksheet.runs.results.value.get(cell.id)?.pieces ?? []);
  if (value === null || value.length > actions.longest) return worksheet.notices.show(words.noOutput);
  focus.edit(worksheet.sheet.insert("code", { after: cell.id }, value), "end");
}
