/** Completion from the session, and brackets that close themselves.
 *
 * Asked for by Tab or Ctrl-Space, the first entry is chosen and Enter takes it. Behind a dot, and in a word while one
 * pauses, the list comes by itself, and then nothing is chosen: Enter is a new line for whoever just types on. */

import {
  acceptCompletion, autocompletion, closeBrackets, closeBracketsKeymap, closeCompletion, completionKeymap, completionStatus, selectedCompletionIndex,
  setSelectedCompletion, type CompletionContext, type CompletionResult,
} from "@codemirror/autocomplete";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap } from "@codemirror/view";
import type { Asking, Complete, Completions, Silence } from "./asking";
import { showInspection } from "./inspection";
import { words } from "./strings";

export function completion(asking: () => Promise<Asking>): Extension {
  const complete: Complete = async (code, cursor) => (await asking()).complete(code, cursor);
  const texts = async () => (await asking()).texts();
  const list: OpenList = { asked: false, questions: 0 };
  const unasked = new Unasked(atMostEvery(REST, complete), texts);
  return [
    closeBrackets(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap]),
    Prec.highest(keymap.of([{ key: "Escape", run: giveUp }])),
    autocompletion({
      selectOnOpen: false,
      addToOptions: [{ render: ({ type }) => kindSign(type ?? ""), position: 20 }],
      icons: false,
      // Two, so that a question asked by a key does not wait for, or get lost behind, one that nobody asked for.
      override: [
        (context) => (context.explicit ? source(context, complete, texts, list) : null),
        (context) => (context.explicit ? null : unasked.find(context, list)),
      ],
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
  /** How many were asked for until now. */
  questions: number;
}

/** Milliseconds between two questions that nobody asked for by a key of its own. */
const REST = 400;
/** Milliseconds that one pauses in a word before the list comes. */
const PAUSE = 250;
const behindDot = /(?:[^\W\d]\w*|[\])}])\s*\.\w*$/;
const word = /(?:^|[^\w.])([^\W\d]\w+)$/;

/** Tab takes the first entry where none is chosen: it is no key that one types on with. */
export function takeFirst(view: EditorView): boolean {
  if (completionStatus(view.state) !== "active") return false;
  if ((selectedCompletionIndex(view.state) ?? -1) < 0) view.dispatch({ effects: setSelectedCompletion(0) });
  acceptCompletion(view);
  return true;
}

/** Let a question through at most so often; those between are never sent. */
export function atMostEvery(rest: number, complete: Complete): (...asked: Parameters<Complete>) => Promise<Completions | Silence | null> {
  let next = 0;
  let newest = 0;
  return async (code, cursor) => {
    const turn = (newest += 1);
    const now = Date.now();
    if (now < next) await new Promise((done) => setTimeout(done, next - now));
    if (turn !== newest) return null;
    next = Date.now() + rest;
    return complete(code, cursor);
  };
}

/** What comes without being asked for; without an answer nothing is said. */
class Unasked {
  /** The beginning of a word that nothing begins with: neither does anything with what is longer. */
  #nothing = "";

  constructor(
    readonly complete: ReturnType<typeof atMostEvery>,
    readonly texts: () => Promise<readonly string[]>,
  ) {}

  async find(context: CompletionContext, list: OpenList): Promise<CompletionResult | null> {
    const line = context.state.doc.lineAt(context.pos);
    const before = line.text.slice(0, context.pos - line.from);
    const begun = word.exec(before)?.[1] ?? "";
    if (begun === "" && !behindDot.test(before)) return null;
    if (!isCode(context.state.doc.sliceString(0, context.pos)) || (this.#nothing !== "" && begun.startsWith(this.#nothing))) return null;
    const { questions } = list;
    if (begun !== "" && !(await pauses(context))) return askedAgain(context);
    const found = await this.complete(context.state.doc.toString(), context.pos);
    if (found === null) return askedAgain(context);
    if (context.aborted || list.questions !== questions) return null;
    const result = "why" in found ? (begun === "" ? null : namesBefore(context, await this.texts())) : resultOf(found);
    // A word that is whole already is typed on from, and a list of nothing else would only stand in the way.
    const wanted = result?.options.filter((option) => option.label !== begun) ?? [];
    if (begun !== "") this.#nothing = wanted.length === 0 && !("why" in found) ? begun : "";
    list.asked = false;
    return result === null || wanted.length === 0 ? null : { ...result, options: wanted };
  }
}

/** Whether nothing is typed for a moment. */
async function pauses({ state, view }: CompletionContext): Promise<boolean> {
  await new Promise((done) => setTimeout(done, PAUSE));
  return view?.state.doc === state.doc;
}

/** An empty list that does not fit what was typed meanwhile: the editor asks again then, and not after "nothing". */
function askedAgain({ pos }: CompletionContext): CompletionResult {
  return { from: pos, options: [] };
}

/** Whether what comes behind the beginning of a cell is code: no comment, no text, nothing for another system. */
export function isCode(text: string): boolean {
  if (/^\s*%/.test(text)) return false;
  let quote = "";
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (quote !== "") {
      if (sign === "\\") at += 1;
      else if (text.startsWith(quote, at)) {
        at += quote.length - 1;
        quote = "";
      } else if (sign === "\n" && quote.length === 1) quote = "";
    } else if (sign === "#") {
      at = text.indexOf("\n", at);
      if (at < 0) return false;
    } else if (sign === '"' || sign === "'") {
      quote = text.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign;
      at += quote.length - 1;
    }
  }
  return quote === "";
}

function resultOf(found: Completions): CompletionResult {
  const source = words.sources[found.source ?? ""];
  const section = source === undefined ? {} : { section: source };
  return {
    from: found.from,
    to: found.to,
    options: found.options.map((option) => ({ label: option.label, type: option.kind, detail: option.kind, ...section })),
    validFor: /^\w*$/,
  };
}

async function source(
  context: CompletionContext, complete: Complete, texts: () => Promise<readonly string[]>, list: OpenList,
): Promise<CompletionResult | null> {
  list.asked = true;
  list.questions += 1;
  const found = await complete(context.state.doc.toString(), context.pos);
  const result = "why" in found ? namesBefore(context, await texts()) : resultOf(found);
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
  const options = [...names].filter((name) => name.startsWith(word.text)).sort().map((label) => ({ label, type: "text", detail: words.inSheet }));
  return { from: word.from, options, validFor: /^\w*$/ };
}

const SIGNS: Record<string, string> = {
  class: "C", function: "ƒ", keyword: "k", method: "m", module: "M", property: "p", variable: "x", text: "a",
};

/** The kind of a name as a sign in its colour; its word stands behind the name. */
function kindSign(kind: string): HTMLElement {
  const sign = document.createElement("span");
  const known = kind in SIGNS ? kind : "text";
  sign.className = `kind kind-${known}`;
  sign.dataset["sign"] = SIGNS[known];
  return sign;
}

export function sentence(why: string): string {
  return words.whyNot[why] ?? why;
}
