/** What the call takes in which the caret stands: above the line while one types, the argument that is next in bold.
 *
 * It comes by itself behind a bracket or a comma, goes when the caret leaves the call, and stays away from a call in which
 * Escape closed it. Who hears the page is told the argument whenever another one is next. */

import { StateEffect, StateField, type Extension, type Text } from "@codemirror/state";
import { EditorView, showTooltip, ViewPlugin, type Tooltip, type ViewUpdate } from "@codemirror/view";
import type { Asking, Parameter, Signature } from "./asking";
import { words } from "./strings";

/** Milliseconds between two questions. */
const REST = 250;
/** Characters before the caret in which a call is looked for. */
const REACH = 4000;
const MOST = 100;

/** What a session says of a call, null where that has not the right form. */
export function readSignature(text: string): Signature | null {
  let form: unknown;
  try {
    form = JSON.parse(text);
  } catch {
    return null;
  }
  const { name, known, parameters, returns, active, first } = (form ?? {}) as Record<string, unknown>;
  if (typeof name !== "string" || !Array.isArray(parameters) || typeof active !== "number") return null;
  const read = (value: unknown): Parameter => {
    const fields = (value ?? {}) as Record<string, unknown>;
    const of = (key: string) => String(fields[key] ?? "").slice(0, MOST);
    return { name: of("name"), kind: of("kind"), default: of("default"), type: of("type") };
  };
  return {
    name: name.slice(0, MOST),
    known: known === true,
    parameters: parameters.slice(0, MOST).map(read),
    returns: String(returns ?? "").slice(0, MOST),
    active,
    first: String(first ?? "").slice(0, 4 * MOST),
  };
}

/** Where the bracket of the innermost call before the end of a text stands, -1 if there is none; in one pass. */
export function openCall(text: string): number {
  const open: { sign: string; at: number }[] = [];
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
      if (at < 0) return -1;
    } else if (sign === '"' || sign === "'") {
      quote = text.startsWith(sign.repeat(3), at) ? sign.repeat(3) : sign;
      at += quote.length - 1;
    } else if ("([{".includes(sign)) open.push({ sign, at });
    else if (")]}".includes(sign)) open.pop();
  }
  const call = open.findLast(({ sign, at }) => sign === "(" && /[\w\])]\s*$/.test(text.slice(Math.max(0, at - 40), at)));
  return call === undefined ? -1 : call.at;
}

interface Shown {
  /** Where the bracket of the call stands. */
  readonly at: number;
  readonly signature: Signature;
}

const show = StateEffect.define<Shown | null>();

const field = StateField.define<Shown | null>({
  create: () => null,
  update(value, transaction) {
    for (const effect of transaction.effects) if (effect.is(show)) return effect.value;
    return value !== null && transaction.docChanged ? { ...value, at: transaction.changes.mapPos(value.at) } : value;
  },
  provide: (source) => showTooltip.from(source, (shown) => (shown === null ? null : tooltip(shown))),
});

/** Close it; false when there was none. */
export function hideSignature(view: EditorView): boolean {
  const shown = view.state.field(field, false) ?? null;
  if (shown === null) return false;
  view.plugin(watcher)?.dismiss(shown.at);
  view.dispatch({ effects: show.of(null) });
  return true;
}

function callIn(doc: Text, head: number): number {
  const from = doc.lineAt(Math.max(0, head - REACH)).from;
  const found = openCall(doc.sliceString(Math.max(from, head - 2 * REACH), head));
  return found < 0 ? -1 : found + Math.max(from, head - 2 * REACH);
}

class Watcher {
  asking: (() => Promise<Asking>) | null = null;
  #timer = 0;
  #asked = 0;
  /** The call in which nothing is to be shown. */
  #dismissed = -1;

  constructor(readonly view: EditorView) {}

  dismiss(at: number): void {
    this.#dismissed = at;
  }

  update(update: ViewUpdate): void {
    if (update.docChanged && this.#dismissed >= 0) this.#dismissed = update.changes.mapPos(this.#dismissed);
    const typed = update.transactions.some((transaction) => transaction.isUserEvent("input") || transaction.isUserEvent("delete"));
    const open = update.state.field(field) !== null;
    if (!(typed || (open && (update.selectionSet || update.docChanged)))) return;
    const { main } = update.state.selection;
    const call = main.empty ? callIn(update.state.doc, main.head) : -1;
    if (call !== this.#dismissed) this.#dismissed = -1;
    this.#asked += 1;
    window.clearTimeout(this.#timer);
    if (call >= 0 && call !== this.#dismissed) {
      // A call that one has only come into by moving stays unexplained until one types there.
      if (typed || open) this.#timer = window.setTimeout(() => void this.#ask(call), open ? REST : REST / 2);
    } else if (open) this.#later(null);
  }

  async #ask(at: number): Promise<void> {
    const asked = this.#asked;
    const { state } = this.view;
    const asking = await this.asking?.();
    const signature = (await asking?.signature(state.doc.toString(), state.selection.main.head)) ?? null;
    if (asked !== this.#asked || !this.view.hasFocus) return;
    this.#put(signature === null ? null : { at, signature });
  }

  /** Behind the update that is under way. */
  #later(shown: Shown | null): void {
    const asked = this.#asked;
    queueMicrotask(() => {
      if (asked === this.#asked) this.#put(shown);
    });
  }

  #put(shown: Shown | null): void {
    const before = this.view.state.field(field);
    if (before === null && shown === null) return;
    const news = shown !== null && (before === null || before.at !== shown.at || before.signature.active !== shown.signature.active);
    this.view.dispatch({ effects: [show.of(shown), ...(news ? [EditorView.announce.of(spoken(shown.signature))] : [])] });
  }

  destroy(): void {
    window.clearTimeout(this.#timer);
    this.#asked += 1;
  }
}

const watcher = ViewPlugin.fromClass(Watcher);

export function signatures(asking: () => Promise<Asking>): Extension {
  const give = ViewPlugin.define((view) => {
    const watching = view.plugin(watcher);
    if (watching !== null) watching.asking = asking;
    return {};
  });
  const blurred = EditorView.domEventHandlers({ blur: (_, view) => void hideLater(view) });
  return [field, watcher, give, blurred, look];
}

function hideLater(view: EditorView): void {
  queueMicrotask(() => {
    if (!view.hasFocus && (view.state.field(field, false) ?? null) !== null) view.dispatch({ effects: show.of(null) });
  });
}

function spoken({ name, known, parameters, active, first }: Signature): string {
  const next = parameters[active];
  if (!known) return `${name}. ${first}`;
  return next === undefined ? `${name}. ${first}` : words.argument(next.name, next.type, next.default);
}

const STARS: Record<string, string> = { several: "*", named: "**" };

function tooltip({ at, signature }: Shown): Tooltip {
  return { pos: at, above: true, strictSide: false, create: () => ({ dom: drawn(signature) }) };
}

/** Everything as text: what a session says is no markup. */
function drawn({ name, known, parameters, returns, active, first }: Signature): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "signature";
  dom.dataset["testid"] = "signature";
  dom.setAttribute("role", "group");
  dom.setAttribute("aria-label", words.signature);
  const line = dom.appendChild(document.createElement("code"));
  line.append(name, "(");
  parameters.forEach((parameter, index) => {
    if (index > 0) line.append(", ");
    const part = line.appendChild(document.createElement(index === active ? "strong" : "span"));
    part.append(`${STARS[parameter.kind] ?? ""}${parameter.name}`);
    if (parameter.type !== "") part.appendChild(faint(`: ${parameter.type}`));
    if (parameter.default !== "") part.appendChild(faint(`=${parameter.default}`));
  });
  line.append(known ? ")" : "…)");
  if (returns !== "") line.appendChild(faint(` → ${returns}`));
  const said = known ? first : first || words.unknownSignature;
  if (said !== "") dom.appendChild(document.createElement("p")).append(said);
  return dom;
}

function faint(text: string): HTMLElement {
  const part = document.createElement("i");
  part.append(text);
  return part;
}

const look = EditorView.baseTheme({
  ".signature": { maxWidth: "min(680px, 92vw)", padding: "6px 12px", font: "400 13px/20px var(--ui)" },
  ".signature code": { font: "400 13px/20px var(--mono)", fontFeatureSettings: '"calt" 0', overflowWrap: "anywhere", color: "var(--ink-2)" },
  ".signature strong": { color: "var(--accent)", fontWeight: "600" },
  ".signature i": { fontStyle: "normal", color: "var(--ink-3)" },
  ".signature strong i": { color: "inherit", fontWeight: "400" },
  ".signature p": { margin: "2px 0 0", color: "var(--ink-2)" },
});
