/** Completion from the session, and brackets that close themselves. */

import {
  autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { showInspection } from "./inspection";
import { words } from "./strings";

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly { label: string; kind: string }[];
}

/** Why there is nothing to be told: one of `whyNot` in strings.ts, or the server's sentence. */
export interface Silence {
  readonly why: string;
}

export type Complete = (code: string, cursor: number) => Promise<Completions | Silence>;

/** `texts` are those of the sheet, whose names help when no session can be asked. */
export function completion(complete: Complete, texts: () => readonly string[]): Extension {
  return [
    closeBrackets(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    autocompletion({ activateOnTyping: false, icons: false, override: [(context) => source(context, complete, texts)] }),
  ];
}

async function source(context: CompletionContext, complete: Complete, texts: () => readonly string[]): Promise<CompletionResult | null> {
  const found = await complete(context.state.doc.toString(), context.pos);
  const result = "why" in found ? namesBefore(context, texts()) : {
    from: found.from,
    to: found.to,
    options: found.options.map((option) => ({ label: option.label, detail: option.kind })),
    validFor: /^\w*$/,
  };
  if (result !== null && result.options.length > 0) return result;
  // A key that does nothing tells nobody whether it was heard.
  const { view } = context;
  if (view !== undefined && !context.aborted) showInspection(view, context.pos, sentence("why" in found ? found.why : "nothing"));
  return null;
}

/** The names in the sheet that begin with what stands before the caret. */
export function namesBefore(context: Pick<CompletionContext, "matchBefore">, texts: readonly string[]): CompletionResult | null {
  const word = context.matchBefore(/[A-Za-z_]\w*$/);
  if (word === null) return null;
  const names = new Set(texts.flatMap((text) => text.match(/[A-Za-z_]\w{2,}/g) ?? []));
  names.delete(word.text);
  const options = [...names].filter((name) => name.startsWith(word.text)).sort().map((label) => ({ label, detail: words.inSheet }));
  return { from: word.from, options, validFor: /^\w*$/ };
}

export function sentence(why: string): string {
  return words.whyNot[why] ?? why;
}
