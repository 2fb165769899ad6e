/** Completion from the session, and brackets that close themselves. */

import {
  autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap, type CompletionContext, type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";

export interface Completions {
  readonly from: number;
  readonly to: number;
  readonly options: readonly { label: string; kind: string }[];
}

export type Complete = (code: string, cursor: number) => Promise<Completions | null>;

export function completion(complete: Complete): Extension {
  return [
    closeBrackets(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    autocompletion({ activateOnTyping: false, icons: false, override: [(context) => source(context, complete)] }),
  ];
}

async function source(context: CompletionContext, complete: Complete): Promise<CompletionResult | null> {
  const found = await complete(context.state.doc.toString(), context.pos);
  if (found === null || found.options.length === 0) return null;
  return {
    from: found.from,
    to: found.to,
    options: found.options.map((option) => ({ label: option.label, detail: option.kind })),
    validFor: /^\w*$/,
  };
}
