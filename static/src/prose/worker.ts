/** Texts and formulas that may take any time, parsed beside the page: whoever wrote them, the page goes on.
 *
 *   {number, text}             → {number, html}
 *   {number, tex, display}     → {number, size}      the length of what would be shown
 *   anything that goes wrong   → {number, problem} */

import katex from "katex";
import { OPTIONS, prepared } from "./macros";
import { parse } from "./parse";

export type Task = { readonly text: string } | { readonly tex: string; readonly display: boolean; readonly macros: Readonly<Record<string, string>> };
export type Done = { readonly html: string } | { readonly size: number } | { readonly problem: string };

function done(task: Task): Done {
  if ("text" in task) return { html: parse(task.text) };
  const html = katex.renderToString(prepared(task.tex), { ...OPTIONS, macros: { ...task.macros }, displayMode: task.display });
  return { size: html.length };
}

self.onmessage = ({ data }: MessageEvent<Task & { number: number }>) => {
  let answer: Done;
  try {
    answer = done(data);
  } catch (error) {
    answer = { problem: error instanceof Error ? error.message : "" };
  }
  self.postMessage({ number: data.number, ...answer });
};
