/** One line of text that turns into a field when it is clicked: titles and headings. */

import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { loadMarkdown } from "../../../prose/load";
import { plainTitle } from "../../../prose/plain-title";

interface Props {
  value: string;
  editing: boolean;
  label: string;
  placeholder: string;
  /** The name of a button that the text is, where nothing else around it brings the keyboard in. */
  button?: string;
  onEdit: () => void;
  onChange: (text: string) => void;
  /** Done by Enter or by leaving; `again` for Enter. */
  onDone: (again: boolean) => void;
  /** Escape keeps what was there before, and whoever is told says where the keyboard goes. */
  onCancel?: () => void;
}

/** A title: in plain signs at first, and then with its formulas set. */
export function Line({ text, placeholder }: { text: string; placeholder: string }): JSX.Element {
  const element = useRef<HTMLSpanElement>(null);
  useEffect(() => {
    if (text.includes("$")) void loadMarkdown().then(({ showLine }) => element.current && showLine(element.current, text));
  }, [text]);
  // What was set is not what was rendered: another text is another element.
  return <span key={text} ref={element}>{plainTitle(text) || placeholder}</span>;
}

export function EditableLine(props: Props): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const byKey = useRef(false);
  const gone = useRef(false);
  // Before the next key press, so that none is lost.
  useLayoutEffect(() => {
    gone.current = false;
    if (props.editing) field.current?.focus();
    // A title is mostly replaced, and a heading written on.
    if (props.editing && props.button !== undefined) field.current?.select();
    else if (byKey.current) button.current?.focus();
    byKey.current = false;
  }, [props.editing]);
  useLayoutEffect(() => () => void (gone.current = true), []);
  if (!props.editing) {
    const names = props.value ? "line" : "line faint";
    const text = <Line text={props.value} placeholder={props.placeholder} />;
    if (props.button === undefined) return <span class={names} onClick={props.onEdit}>{text}</span>;
    return (
      <button ref={button} type="button" class={names} aria-label={props.button} onClick={props.onEdit}>
        {text}
      </button>
    );
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
    // The field goes with the key that ends it, and loses the keyboard by that: it is not left once more.
    gone.current = true;
    if (event.key === "Escape" && props.onCancel !== undefined) return props.onCancel();
    byKey.current = props.onCancel === undefined;
    props.onDone(event.key === "Enter");
  };
  return (
    <input
      ref={field}
      class="line"
      aria-label={props.label}
      placeholder={props.placeholder}
      value={props.value}
      maxLength={300}
      onInput={(event) => props.onChange(event.currentTarget.value)}
      onKeyDown={keys}
      // A field that is taken away, with its cell, has not been left.
      onBlur={() => props.editing && !gone.current && props.onDone(false)}
    />
  );
}
