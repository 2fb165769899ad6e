/** What an editor can do beyond typing: the usual keys, indentation, brackets, completion, explanations.
 *
 * It comes right behind the editor itself, with what else a view shows then: nothing of it is needed before the first keys. */

import { closeCompletion, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, indentOnInput, indentService, indentUnit } from "@codemirror/language";
import { EditorState, Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, ViewPlugin } from "@codemirror/view";
import type { Asking } from "./asking";
import { completion, sentence, takeFirst } from "./completion";
import { enterInspection, hideInspection, inspection, showInspection } from "./inspection";
import { enterInList, shiftItem, type Edit } from "./prose/lists";
import { hideSignature, signatures } from "./signature";

export interface Assisted {
  readonly kind: "code" | "text";
  readonly readOnly: boolean;
  /** Who is asked about the code. */
  asking(): Promise<Asking>;
  /** The columns that a line begins with, from the lines before it and what it holds itself. */
  indentAfter(before: string, line: string): number;
  /** The column for a clause as `else:` that has just been written, or null where the line stays. */
  clauseColumn(before: string, line: string): number | null;
  /** What such a line is. */
  readonly clause: RegExp;
  /** What a pasted text means as code. */
  cleaned(text: string): string;
  /** A change would make the text longer than a cell may be. */
  tooLong(): void;
  /** Have something done whenever cells begin to run; returns what ends that. */
  whenRun(act: () => void): () => void;
}

export function assist(options: Assisted): Extension {
  return [options.kind === "code" ? codeExtensions(options) : proseExtensions(options), keymap.of(defaultKeymap), bounded(options)];
}

/** Bytes that the server takes for one cell (MAX_SOURCE of sagews/model/worksheet/cells.py). */
const MOST = 500_000;

/** What is typed or pasted beyond the bound is not taken: said at once, it is not lost later. */
function bounded(options: Assisted): Extension {
  return EditorState.transactionFilter.of((transaction) => {
    const { newDoc, startState } = transaction;
    // Letters take up to three bytes: short texts, which are nearly all, are not counted.
    if (!transaction.isUserEvent("input") || newDoc.length * 3 <= MOST || newDoc.length <= startState.doc.length) return transaction;
    if (new TextEncoder().encode(newDoc.toString()).length <= MOST) return transaction;
    options.tooLong();
    return [];
  });
}

function codeExtensions(options: Assisted): Extension {
  return [
    completion(options.asking),
    options.readOnly ? [] : signatures(options.asking),
    ViewPlugin.define((view) => ({ destroy: options.whenRun(() => void [closeCompletion(view), hideSignature(view)]) })),
    Prec.highest(
      keymap.of([
        // The completions' own keys come first: they move in their list, and close it with Escape. For a moment after it
        // has opened they let arrows pass, which must not leave the cell either.
        { key: "ArrowUp", run: isListed },
        { key: "ArrowDown", run: isListed },
        { key: "Escape", run: (view) => hideInspection(view) || hideSignature(view) },
        { key: "Tab", run: (view) => tab(view, options), shift: (view) => explain(view, options) },
      ]),
    ),
    indentUnit.of("    "),
    indentService.of((context, position) => {
      // Enter asks before the line break is in the document: the context's line is the one that will begin at it.
      const line = context.lineAt(position);
      if (context.simulatedBreak === null) {
        const column = options.clauseColumn(context.state.doc.sliceString(0, line.from), line.text);
        if (column !== null) return column;
        if (options.clause.test(line.text)) return line.text.search(/\S/);
      }
      return options.indentAfter(context.state.doc.sliceString(0, line.from), line.text);
    }),
    EditorState.languageData.of(() => [{ indentOnInput: options.clause }]),
    indentOnInput(),
    EditorView.clipboardInputFilter.of((text) => options.cleaned(text)),
    bracketMatching(),
    inspection,
  ];
}

/** In an item of a list Enter and Tab write the list; elsewhere Tab moves on, as everywhere in prose. */
function proseExtensions({ readOnly }: Assisted): Extension {
  const key = (edit: (text: string, at: number) => Edit | null) => (view: EditorView) => {
    const { main, ranges } = view.state.selection;
    const change = readOnly || !main.empty || ranges.length > 1 ? null : edit(view.state.doc.toString(), main.head);
    if (change === null) return false;
    const changes = view.state.changes(change);
    view.dispatch({ changes, selection: { anchor: changes.mapPos(main.head, 1) }, scrollIntoView: true, userEvent: "input" });
    return true;
  };
  return Prec.high(
    keymap.of([
      { key: "Enter", run: key(enterInList) },
      { key: "Tab", run: key((text, at) => shiftItem(text, at, 1)), shift: key((text, at) => shiftItem(text, at, -1)) },
    ]),
  );
}

function isListed(view: EditorView): boolean {
  return completionStatus(view.state) === "active";
}

/** Tab completes behind a name, else indents. In prose it moves on, as everywhere. */
export function tab(view: EditorView, options: Pick<Assisted, "kind" | "readOnly">): boolean {
  if (options.kind !== "code" || options.readOnly) return false;
  if (takeFirst(view)) return true;
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  if (main.empty && /[\w.\])]$/.test(before)) return startCompletion(view);
  if (!main.empty) return indentMore(view);
  view.dispatch(view.state.replaceSelection(" ".repeat(4 - (before.length % 4))), { userEvent: "input" });
  return true;
}

function explain(view: EditorView, options: Assisted): boolean {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  if (!main.empty || line.text.slice(0, main.head - line.from).trim() === "") return indentLess(view);
  if (enterInspection(view)) return true;
  void options.asking().then((asking) => asking.inspect(view.state.doc.toString(), main.head)).then((told) => {
    if (view.state.selection.main.head !== main.head) return;
    showInspection(view, main.head, "why" in told ? sentence(told.why) : told);
  });
  return true;
}
