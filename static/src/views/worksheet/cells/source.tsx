/** The text of a cell: coloured static text until somebody writes in it, then an editor in its place. */

import { useComputed, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef, useState } from "preact/hooks";
import type { Editor } from "../../../editor/editor";
import { tokens } from "../../../editor/highlight";
import type { Place } from "../../../document/people";
import { useParts, type Parts } from "../../../workbench/parts";
import { loadEditor } from "../../../editor/load";

/** Milliseconds between two words about where a caret is. */
const TELL = 100;

interface Props {
  id: string;
  kind: "code" | "text";
  label: string;
  hint: string;
  text: string;
}

export function Source(props: Props): JSX.Element {
  const parts = useParts();
  const { focus, mounted } = parts;
  const parent = useRef<HTMLDivElement>(null);
  const editor = useRef<Editor | null>(null);
  const [live, setLive] = useState(false);
  const wanted = useComputed(() => mounted.ids.value.has(props.id)).value;
  const { mayEdit, kept } = parts.worksheet;
  const editable = useComputed(() => mayEdit.value && !kept.value.has(props.id)).value;
  const { doc } = parts.worksheet.sheet;

  // Before the next key press: what is typed right after Shift-Enter belongs into the next cell.
  useLayoutEffect(() => {
    const text = parts.worksheet.sheet.source(props.id);
    if (!wanted || text === null) return;
    let gone = false;
    void loadEditor().then(({ mountEditor }) => {
      if (gone || parent.current === null) return;
      const made = mountEditor({ ...optionsOf(parts, props), parent: parent.current, text, readOnly: !editable });
      editor.current = made;
      mounted.editors.set(props.id, made);
      // Hidden elements can't take the keyboard, so this does not wait for the next rendering.
      parent.current.hidden = false;
      setLive(true);
      made.carets(mounted.carets.peek().get(props.id) ?? []);
      if (focus.editing.peek() === props.id) made.focus(focus.caret.peek());
    });
    return () => {
      gone = true;
      editor.current?.destroy();
      editor.current = null;
      mounted.editors.delete(props.id);
      setLive(false);
    };
  }, [wanted, editable, props.id, doc]);

  useEffect(() => editor.current?.relabel(props.label, props.hint), [props.label, props.hint]);
  useSignalEffect(() => {
    // Read whether or not there is an editor yet: an effect hears of what it has read.
    const carets = mounted.carets.value.get(props.id) ?? [];
    editor.current?.carets(carets);
  });
  useSignalEffect(() => {
    focus.grabs.value;
    if (focus.editing.peek() === props.id) editor.current?.focus(focus.caret.peek());
  });

  const write = (event: MouseEvent) => {
    if (!editable || event.button !== 0) return;
    event.preventDefault();
    focus.edit(props.id, offsetAt(event) ?? "end");
  };
  return (
    <>
      <div ref={parent} class="live" hidden={!live} />
      {!live && (
        <pre class="still" onMouseDown={write}>
          {props.text === "" ? <span class="faint">{props.hint || "\u200b"}</span> : <Coloured text={props.text} kind={props.kind} />}
        </pre>
      )}
    </>
  );
}

function Coloured({ text, kind }: { text: string; kind: "code" | "text" }): JSX.Element {
  if (kind === "text") return <>{text}</>;
  return (
    <>
      {tokens(text).map((token, index) => (token.kind === "" ? token.text : <span key={index} class={token.kind}>{token.text}</span>))}
      {text.endsWith("\n") && "\u200b"}
    </>
  );
}

/** Where in the static text a click fell. */
function offsetAt(event: MouseEvent): number | null {
  const place = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  const pre = event.currentTarget as HTMLElement;
  if (!place || !pre.contains(place.offsetNode) || place.offsetNode.nodeType !== Node.TEXT_NODE) return null;
  const range = document.createRange();
  range.setStart(pre, 0);
  range.setEnd(place.offsetNode, place.offset);
  return range.toString().length;
}

function optionsOf(parts: Parts, props: Props) {
  const { focus, worksheet } = parts;
  let timer = 0;
  let place: Place | null = null;
  const say = () => {
    timer = 0;
    worksheet.people.say(place);
  };
  return {
    kind: props.kind,
    label: props.label,
    hint: props.hint,
    leave: () => focus.select(props.id),
    edge: (by: -1 | 1) => {
      const cells = worksheet.visible.value;
      const next = cells[cells.findIndex((cell) => cell.id === props.id) + by];
      if (next === undefined) return false;
      if (next.type === "code") focus.edit(next.id, by === 1 ? "start" : "end");
      else focus.select(next.id);
      return true;
    },
    asking: () => import("../later").then((module) => module.askingOf(parts, props.id)),
    whenRun: (act: () => void) => worksheet.runs.busy.subscribe((cells) => cells.length > 0 && act()),
    tooLong: () => worksheet.notices.show("longCell"),
    moved: (anchor: number, head: number) => {
      place = { cell: props.id, anchor, head };
      // One is on its way otherwise, and will say where the caret is then: somebody who types on is followed too.
      timer ||= window.setTimeout(say, TELL);
    },
    focused: () => focus.taken(props.id),
    blurred: (event: FocusEvent) => {
      window.clearTimeout(timer);
      place = { cell: props.id };
      say();
      if (document.hasFocus()) focus.left(props.id, event.relatedTarget);
    },
  };
}
