/** What an editor can do beyond typing: the usual keys, indentation, brackets, completion, explanations.
 *
 * It comes right behind the editor itself, as a file of its own: nothing of it is needed before the first keys. */

import { acceptCompletion, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, indentService, indentUnit } from "@codemirror/language";
import { Prec, type Extension } from "@codemirror/state";
import { keymap, type EditorView } from "@codemirror/view";
import { completion, type Complete } from "./completion";
import { hideInspection, inspection, showInspection } from "./inspection";

export interface Assisted {
  readonly kind: "code" | "text";
  readonly readOnly: boolean;
  readonly complete: Complete;
  /** The columns that a line begins with, from the lines before it and what it holds itself. */
  indentAfter(before: string, line: string): number;
  inspect(code: string, cursor: number): Promise<string | null>;
}

export function assist(options: Assisted): Extension {
  return options.kind === "code" ? [codeExtensions(options), keymap.of(defaultKeymap)] : keymap.of(defaultKeymap);
}

function codeExtensions(options: Assisted): Extension {
  return [
    completion(options.complete),
    Prec.highest(
      keymap.of([
        // The completions' own keys come first: they move in their list, and close it with Escape. For a moment after it
        // has opened they let arrows pass, which must not leave the cell either.
        { key: "ArrowUp", run: isListed },
        { key: "ArrowDown", run: isListed },
        { key: "Escape", run: hideInspection },
        { key: "Tab", run: (view) => tab(view, options), shift: (view) => explain(view, options) },
      ]),
    ),
    indentUnit.of("    "),
    indentService.of((context, position) => {
      // Enter asks before the line break is in the document: the context's line is the one that will begin at it.
      const line = context.lineAt(position);
      return options.indentAfter(context.state.doc.sliceString(0, line.from), line.text);
    }),
    bracketMatching(),
    inspection,
  ];
}

function isListed(view: EditorView): boolean {
  return completionStatus(view.state) === "active";
}

/** Tab completes behind a name, else indents. In prose it moves on, as everywhere. */
export function tab(view: EditorView, options: Pick<Assisted, "kind" | "readOnly">): boolean {
  if (options.kind !== "code" || options.readOnly) return false;
  if (isListed(view)) return acceptCompletion(view);
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
  void options.inspect(view.state.doc.toString(), main.head).then((text) => {
    if (text !== null && view.state.selection.main.head === main.head) showInspection(view, main.head, text);
  });
  return true;
}
