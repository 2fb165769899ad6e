/** The examples in documentation: coloured, with buttons that copy what is typed in them, or make it a cell. */

import type { Token } from "../../editor/highlight";
import { codeOf, exampleLines, type ExampleLine } from "./read";
import { words } from "./strings";

/** More than so many stay as they are. */
const MOST = 400;

export interface Use {
  tokens(code: string): Token[];
  copy(code: string): void;
  /** Null for somebody who may not write. */
  readonly insert: ((code: string) => void) | null;
}

export function dressExamples(fragment: DocumentFragment, use: Use): void {
  [...fragment.querySelectorAll("pre")].slice(0, MOST).forEach((block) => {
    const lines = exampleLines(block.textContent ?? "");
    if (lines !== null) block.replaceWith(exampleOf(lines, use));
  });
}

function exampleOf(lines: readonly ExampleLine[], use: Use): HTMLElement {
  const holder = document.createElement("div");
  holder.className = "example";
  const shown = document.createElement("pre");
  shown.tabIndex = 0;
  shown.setAttribute("role", "group");
  shown.setAttribute("aria-label", words.example);
  lines.forEach(({ prompt, text }, place) => {
    if (place > 0) shown.append("\n");
    if (prompt === "") shown.append(spanOf("told", text));
    else shown.append(spanOf("prompt", prompt), ...coloured(text, use));
  });
  const code = codeOf(lines);
  const tools = document.createElement("div");
  tools.className = "tools";
  const copy = buttonOf(words.copy, () => {
    use.copy(code);
    copy.textContent = words.copied;
  });
  tools.append(copy);
  const { insert } = use;
  if (insert !== null) tools.append(buttonOf(words.insert, () => insert(code)));
  holder.append(shown, tools);
  return holder;
}

export function coloured(code: string, { tokens }: Pick<Use, "tokens">): (Node | string)[] {
  return tokens(code).map(({ text, kind }) => (kind === "" ? text : spanOf(kind, text)));
}

function spanOf(name: string, text: string): HTMLElement {
  const span = document.createElement("span");
  span.className = name;
  span.textContent = text;
  return span;
}

function buttonOf(label: string, act: () => void): HTMLButtonElement {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "quiet";
  button.textContent = label;
  button.addEventListener("click", act);
  return button;
}
