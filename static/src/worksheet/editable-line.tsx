/** One line of text that turns into a field when it is clicked: titles and headings. */

import type { JSX } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  value: string;
  editing: boolean;
  label: string;
  placeholder: string;
  onEdit: () => void;
  onChange: (text: string) => void;
  /** Done by Enter or by leaving; `again` for Enter. */
  onDone: (again: boolean) => void;
}

export function EditableLine(props: Props): JSX.Element {
  const field = useRef<HTMLInputElement>(null);
  // Before the next key press, so that none is lost.
  useLayoutEffect(() => {
    if (props.editing) field.current?.focus();
  }, [props.editing]);
  if (!props.editing) {
    return (
      <span class={props.value ? "line" : "line faint"} onClick={props.onEdit}>
        {props.value || props.placeholder}
      </span>
    );
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    event.stopPropagation();
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
      onBlur={() => props.editing && props.onDone(false)}
    />
  );
}
