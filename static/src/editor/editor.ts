/** One CodeMirror editor on one Y.Text: what showing, typing and undoing need; assistance.ts adds the rest a moment later.
 *
 * The two are apart because an editor that takes keys is what people wait for when a page opens. */

import { Compartment, EditorState, Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, placeholder, type KeyBinding } from "@codemirror/view";
import { yCollab, yUndoManagerKeymap } from "y-codemirror.next";
import * as Y from "yjs";
import type { Asking } from "./asking";
import { remoteCarets, setCarets, type Caret, type RemoteCaret } from "./carets";
import { colours } from "./colours";
import { CLAUSE, clauseColumn, indentAfter } from "./indent";
import { cleaned } from "./pasted";
import { loadAssistance } from "./load";
import { look } from "./look";
import { severalCarets } from "./several-carets";

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
  asking(): Promise<Asking>;
  whenRun(act: () => void): () => void;
  tooLong(): void;
  moved(anchor: number, head: number): void;
  focused(): void;
  blurred(event: FocusEvent): void;
}

export interface Editor {
  focus(caret: Caret | "keep"): void;
  caret(): number;
  relabel(label: string, hint: string): void;
  carets(carets: readonly RemoteCaret[]): void;
  insert(text: string): void;
  indent(): void;
  destroy(): void;
}

export { cleaned, examples } from "./pasted";

export function mountEditor(options: EditorOptions): Editor {
  const undo = new Y.UndoManager(options.text);
  const attributes = new Compartment();
  const assistance = new Compartment();
  let gone = false;
  const described = (label: string, hint: string): Extension => [
    EditorView.contentAttributes.of({ "aria-label": label, "data-testid": "editor", ...plainInput }),
    placeholder(hint),
  ];
  const view = new EditorView({
    parent: options.parent,
    state: EditorState.create({
      doc: options.text.toString(),
      extensions: [
        // Before our own keys: an open list of completions has a use for arrows, Tab and Escape.
        assistance.of([]),
        Prec.highest(keymap.of(keysOf(options))),
        attributes.of(described(options.label, options.hint)),
        options.kind === "code" ? colours : [],
        keymap.of([...yUndoManagerKeymap]),
        EditorView.lineWrapping,
        EditorState.readOnly.of(options.readOnly),
        EditorState.allowMultipleSelections.of(true),
        severalCarets,
        remoteCarets,
        look,
        yCollab(options.text, null, { undoManager: undo }),
        EditorView.domEventHandlers({
          focus: (_, view) => {
            options.focused();
            // The caret may have been put here before the keyboard came, which told nobody.
            const { anchor, head } = view.state.selection.main;
            options.moved(anchor, head);
          },
          // An editor that is taken away has not been left: where its keys go then is not for it to say.
          blur: (event) => gone || options.blurred(event),
        }),
        EditorView.updateListener.of((update) => {
          if (!update.selectionSet && !update.docChanged) return;
          const { anchor, head } = update.state.selection.main;
          if (update.view.hasFocus) options.moved(anchor, head);
        }),
      ],
    }),
  });
  void loadAssistance().then(({ assist }) => {
    if (!gone) view.dispatch({ effects: assistance.reconfigure(assist({ ...options, indentAfter, clauseColumn, clause: CLAUSE, cleaned })) });
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
    caret: () => view.state.selection.main.head,
    relabel: (label, hint) => view.dispatch({ effects: attributes.reconfigure(described(label, hint)) }),
    carets: (carets) => view.dispatch({ effects: setCarets.of(carets) }),
    insert(text) {
      view.dispatch(view.state.replaceSelection(text), { userEvent: "input.type" });
      view.focus();
    },
    indent() {
      void tabLater(view, options);
      view.focus();
    },
    destroy() {
      gone = true;
      undo.destroy();
      view.destroy();
    },
  };
}

const plainInput = { spellcheck: "false", autocorrect: "off", autocapitalize: "off", translate: "no" };

function keysOf(options: EditorOptions): KeyBinding[] {
  return [
    {
      key: "Escape",
      run: () => {
        options.leave();
        return true;
      },
    },
    { key: "Tab", run: (view) => options.kind === "code" && !options.readOnly && tabLater(view, options) },
    { key: "ArrowUp", run: (view) => leaveAt(view, options, -1) },
    { key: "ArrowDown", run: (view) => leaveAt(view, options, 1) },
  ];
}

/** Tab for as long as what it does is still on its way: done then, so that it does not move the keyboard on. */
function tabLater(view: EditorView, options: EditorOptions): boolean {
  void loadAssistance().then(({ tab }) => tab(view, options));
  return true;
}

function leaveAt(view: EditorView, options: EditorOptions, by: -1 | 1): boolean {
  const { main } = view.state.selection;
  if (!main.empty) return false;
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
