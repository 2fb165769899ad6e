/** A text in which headings were written becomes sections when it is left: in the file they would be sections anyway. */

import { effect } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { CellType } from "../../../document/outline";
import { useParts, type Bench } from "../../../workbench/parts";

interface Part {
  readonly type: CellType;
  readonly depth: number;
  readonly text: string;
}

const HEADING = /^(#{1,6})[ \t]+(\S.*)$/;
const FENCE = /^(`{3,}|~{3,})/;

/** The texts and headings of a text; null if there is no heading in it, or where only the server can tell. */
export function partsOf(text: string): Part[] | null {
  // What a comment of several lines hides is no business of a page's.
  if (!/^#{1,6}[ \t]/m.test(text) || text.includes("<!--")) return null;
  const parts: Part[] = [];
  let lines: string[] = [];
  let fence = "";
  const end = () => {
    const body = lines.join("\n").replace(/^\n+|\n+$/g, "");
    if (body.trim()) parts.push({ type: "text", depth: 0, text: body });
    lines = [];
  };
  for (const line of text.split("\n")) {
    const mark = FENCE.exec(line)?.[1] ?? "";
    const heading = fence ? null : HEADING.exec(line);
    if (!fence) fence = mark;
    else if (mark[0] === fence[0] && mark.length >= fence.length && line.slice(mark.length).trim() === "") fence = "";
    if (heading === null) lines.push(line);
    else {
      end();
      parts.push({ type: "section", depth: heading[1]!.length - 1, text: heading[2]!.replace(/[ \t]+#*[ \t]*$/, "") });
    }
  }
  end();
  return parts.some((part) => part.type === "section") ? parts : null;
}

/** Make sections of the headings in a text cell, in one step that can be taken back. */
export function splitHeadings({ mounted, worksheet }: Bench, id: string): void {
  const { sheet } = worksheet;
  const cell = sheet.cells.value.find((each) => each.id === id);
  if (cell?.type !== "text" || !worksheet.mayEdit.value || mounted.carets.value.has(id)) return;
  const [first, ...others] = partsOf(sheet.text(id)) ?? [];
  if (first === undefined) return;
  sheet.atOnce(() => {
    sheet.setText(id, first.text, true);
    if (first.type === "section") sheet.change(id, { type: "section", depth: first.depth });
    sheet.paste(others, id);
  });
}

/** See to it for as long as a worksheet is shown. */
export function useHeadings(): void {
  const parts = useParts();
  useEffect(() => {
    let written: string | null = null;
    return effect(() => {
      const now = parts.focus.editing.value;
      const left = written;
      written = now;
      // Whoever only looks at another window goes on writing.
      if (left !== null && left !== now && document.hasFocus()) queueMicrotask(() => splitHeadings(parts, left));
    });
  }, [parts.worksheet]);
}
