/** One CodeMirror editor on one Y.Text. This chunk comes when the first cell wants to be written in. */

import { acceptCompletion, closeCompletion, completionStatus, startCompletion } from "@codemirror/autocomplete";
import { defaultKeymap, indentLess, indentMore } from "@codemirror/commands";
import { bracketMatching, indentService, indentUnit } from "@codemirror/language";
import { Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import { drawSelection, EditorView, keymap, placeholder, type KeyBinding } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import * as Y from "yjs";
import { indentAfter } from "./indent";
import type { Caret } from "./caret";
import { remoteCarets, setCarets, type RemoteCaret } from "./carets";
import { colours } from "./colours";
import { completion, type Complete } from "./completion";
import { hideInspection, inspection, showInspection } from "./inspection";
import { look } from "./look";

export interface EditorOptions {
  readonly parent: HTMLElement;
  readonly text: Y.Text;
  readonly kind: "code" | "text";
  readonly label: string;
  readonly hint: string;
  readonly readOnly: boolean;
  leave(): void;
  /** The caret wants to go beyond the first (-1) or last (1) line. */
  edge(by: -1 | 1): boolean;
  readonly complete: Complete;
  inspect(code: string, cursor: number): Promise<string | null>;
  moved(anchor: number, head: number): void;
  focused(): void;
  blurred(event: FocusEvent): void;
}

export interface Editor {
  focus(caret: Caret | "keep"): void;
  relabel(label: string, hint: string): void;
  carets(carets: readonly RemoteCaret[]): void;
  insert(text: string): void;
  indent(): void;
  destroy(): void;
}

export function mountEditor(options: EditorOptions): Editor {
  const undo = new Y.UndoManager(options.text);
  const attributes = new Compartment();
  const described = (label: string, hint: string): Extension => [
    EditorView.contentAttributes.of({ "aria-label": label, "data-testid": "editor", ...plainInput }),
    placeholder(hint),
  ];
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text.toString(),
      extensions: [
        Prec.highest(keymap.of(keysOf(options))),
        attributes.of(described(options.label, options.hint)),
        options.kind === "code" ? codeExtensions(options.complete) : [],
        keymap.of([...yUndoManagerKeymap, ...defaultKeymap]),
        EditorView.lineWrapping,
        EditorState.readOnly.of(options.readOnly),
        EditorState.allowMultipleSelections.of(true),
        drawSelection(),
        remoteCarets,
        look,
        yCollab(options.text, null, { undoManager: undo }),
        EditorView.domEventHandlers({
          focus: () => options.focused(),
          blur: (event) => options.blurred(event),
        }),
        EditorView.updateListener.of((update) => {
          if (!update.selectionSet && !update.docChanged) return;
          const { anchor, head } = update.state.selection.main;
          if (update.view.hasFocus) options.moved(anchor, head);
        }),
      ],
    }),
  });
  return {
    focus(caret) {
      if (caret !== "keep") {
        const length = view.state.doc.length;
        const at = caret === "start" ? 0 : caret === "end" ? length : Math.min(caret, length);
        view.dispatch({ selection: { anchor: at } });
      }
      view.focus();
    },
    relabel: (label, hint) => view.dispatch({ effects: attributes.reconfigure(described(label, hint)) }),
    carets: (carets) => view.dispatch({ effects: setCarets.of(carets) }),
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: "input.type" });
      view.focus();
    },
    indent() {
      tab(view, options);
      view.focus();
    },
    destroy() {
      undo.destroy();
      view.destroy();
    },
  };
}

const plainInput = { spellcheck: "false", autocorrect: "off", autocapitalize: "off", translate: "no" };

function codeExtensions(complete: Complete): Extension {
  return [
    colours,
    indentUnit.of("    "),
    indentService.of((context, position) => {
      const line = context.state.doc.lineAt(position);
      return indentAfter(context.state.doc.sliceString(0, line.from), line.text);
    }),
    bracketMatching(),
    inspection,
    completion(complete),
  ];
}

function keysOf(options: EditorOptions): KeyBinding[] {
  const code = options.kind === "code";
  return [
    {
      key: "Escape",
      run: (view) => {
        if (closeCompletion(view) || (code && hideInspection(view))) return true;
        options.leave();
        return true;
      },
    },
    { key: "Tab", run: (view) => tab(view, options), shift: (view) => (code ? explain(view, options) : false) },
    { key: "ArrowUp", run: (view) => leaveAt(view, options, -1) },
    { key: "ArrowDown", run: (view) => leaveAt(view, options, 1) },
  ];
}

/** Tab completes behind a name, else indents. In prose it moves on, as everywhere. */
function tab(view: EditorView, options: EditorOptions): boolean {
  if (options.kind !== "code" || options.readOnly) return false;
  if (completionStatus(view.state) === "active") return acceptCompletion(view);
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const before = line.text.slice(0, main.head - line.from);
  if (main.empty && /[\w.\])]$/.test(before)) return startCompletion(view);
  if (!main.empty) return indentMore(view);
  view.dispatch(view.state.replaceSelection(" ".repeat(4 - (before.length % 4))), { userEvent: "input" });
  return true;
}

function explain(view: EditorView, options: EditorOptions): boolean {
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  if (!main.empty || line.text.slice(0, main.head - line.from).trim() === "") return indentLess(view);
  void options.inspect(view.state.doc.toString(), main.head).then((text) => {
    if (text !== null && view.state.selection.main.head === main.head) showInspection(view, main.head, text);
  });
  return true;
}

function leaveAt(view: EditorView, options: EditorOptions, by: -1 | 1): boolean {
  const { main } = view.state.selection;
  if (!main.empty || completionStatus(view.state) === "active") return false;
  const line = view.state.doc.lineAt(main.head);
  const last = by === -1 ? line.number === 1 : line.number === view.state.doc.lines;
  if (!last) return false;
  const moved = view.moveVertically(main, by === 1);
  // A wrapped line has rows of its own to go through first.
  if (moved.head !== main.head && Math.abs(rowOf(view, moved.head) - rowOf(view, main.head)) > 2) return false;
  return options.edge(by);
}

function rowOf(view: EditorView, position: number): number {
  return view.coordsAtPos(position)?.top ?? 0;
}
