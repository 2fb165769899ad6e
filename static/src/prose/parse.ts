/** Markdown to HTML, not yet made safe. It runs in the page for short texts, and in a worker for long ones. */

import { Marked } from "marked";

const marked = new Marked({
  gfm: true,
  async: false,
  // Signs instead of fields: nothing in a text can be filled in.
  renderer: { checkbox: ({ checked }) => (checked ? "☑ " : "☐ ") },
});

export function parse(text: string): string {
  return marked.parse(withFootnotes(text)) as string;
}

export const NOTE_OPEN = "\uE002";
export const NOTE_SHUT = "\uE003";
const NOTE = /^\[\^([^\]\s]{1,50})\]:[ \t]*(.*(?:\n[ \t]{2,}\S.*)*)\n?/gm;

/** Footnotes stand at the end as a list, numbered in the order in which the text names them. */
function withFootnotes(text: string): string {
  if (!text.includes("[^")) return text;
  const notes = new Map<string, string>();
  const rest = text.replace(NOTE, (_, name: string, note: string) => {
    notes.set(name, note.replace(/\s*\n\s*/g, " "));
    return "";
  });
  const named: string[] = [];
  const marks = rest.replace(/\[\^([^\]\s]{1,50})\]/g, (whole, name: string) => {
    if (!notes.has(name)) return whole;
    if (!named.includes(name)) named.push(name);
    return `${NOTE_OPEN}${named.indexOf(name) + 1}${NOTE_SHUT}`;
  });
  if (named.length === 0) return text;
  return `${marks}\n\n---\n\n${named.map((name, index) => `${index + 1}. ${notes.get(name)}`).join("\n")}\n`;
}
