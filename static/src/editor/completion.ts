/** Completion from the session, and brackets that close themselves.
 *
 * Asked for by Tab or Ctrl-Space, the first entry is chosen and Enter takes it. Behind a dot the list comes by itself, and
 * then nothing is chosen: Enter is a new line for whoever just types on. */

import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus, selectedCompletionIndex,
  setSelectedCompletion, type CompletionContext, type CompletionResult,
} from "@codemirror/autocomplete";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
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
  const list: OpenList = { asked: false };
  const behindDot = atMostEvery(REST, complete);
  return [
    closeBrackets(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    Prec.highest(keymap.of([{ key: "Escape", run: giveUp }])),
    autocompletion({
      selectOnOpen: false,
      icons: false,
      override: [(context) => (context.explicit ? source(context, complete, texts, list) : typed(context, behindDot, list))],
    }),
    // A list that was asked for begins with its first entry chosen, also when typing has made it shorter.
    EditorView.updateListener.of(({ view, state }) => {
      const open = list.asked && completionStatus(state) === "active" && (selectedCompletionIndex(state) ?? -1) < 0;
      if (open) view.dispatch({ effects: setSelectedCompletion(0) });
    }),
  ];
}

/** A list that has not come yet is no reason to stay: Escape closes what is seen, else it leaves. */
function giveUp(view: EditorView): boolean {
  if (completionStatus(view.state) === "pending") closeCompletion(view);
  return false;
}

/** Whether the list that is open, or on its way, was asked for. */
interface OpenList {
  asked: boolean;
}

/** Milliseconds between two questions that nobody asked for by a key of its own. */
const REST = 400;
const behind = /(?:[^\W\d]\w*|[\])}])\s*\.\w*$/;

/** Tab takes the first entry where none is chosen: it is no key that one types on with. */
export function takeFirst(view: EditorView): boolean {
  if (completionStatus(view.state) !== "active") return false;
  if ((selectedCompletionIndex(view.state) ?? -1) < 0) view.dispatch({ effects: setSelectedCompletion(0) });
  acceptCompletion(view);
  return true;
}

/** Let a question through at most so often; those between are never sent. */
export function atMostEvery(rest: number, complete: Complete): (...asked: Parameters<Complete>) => Promise<Completions | null> {
  let next = 0;
  let newest = 0;
  return async (code, cursor) => {
    const turn = (newest += 1);
    const now = Date.now();
    if (now < next) await new Promise((done) => setTimeout(done, next - now));
    if (turn !== newest) return null;
    next = Date.now() + rest;
    const found = await complete(code, cursor);
    return "why" in found ? null : found;
  };
}

/** What may stand behind a dot that was just typed; without an answer nothing is said, for nothing was asked. */
async function typed(context: CompletionContext, complete: ReturnType<typeof atMostEvery>, list: OpenList): Promise<CompletionResult | null> {
  const line = context.state.doc.lineAt(context.pos);
  const before = line.text.slice(0, context.pos - line.from);
  if (!behind.test(before) || /^\s*#/.test(before)) return null;
  const found = await complete(context.state.doc.toString(), context.pos);
  if (found === null || found.options.length === 0 || context.aborted) return null;
  list.asked = false;
  return resultOf(found);
}

function resultOf(found: Completions): CompletionResult {
  return {
    from: found.from,
    to: found.to,
    options: found.options.map((option) => ({ label: option.label, detail: option.kind })),
    validFor: /^\w*$/,
  };
}

async function source(
  context: CompletionContext, complete: Complete, texts: () => readonly string[], list: OpenList,
): Promise<CompletionResult | null> {
  list.asked = true;
  const found = await complete(context.state.doc.toString(), context.pos);
  const result = "why" in found ? namesBefore(context, texts()) : resultOf(found);
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
