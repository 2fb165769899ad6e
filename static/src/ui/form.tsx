/** A form of fields that says what came of sending it. */

import type { ComponentChildren, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import { strings } from "../strings";
import { errorText } from "./basics";

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "password";
  autocomplete?: string;
  testId?: string;
  readOnly?: boolean;
  optional?: boolean;
  /** What is asked of it, before somebody has to be told. */
  hint?: string;
}

export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="row">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="field"
        aria-describedby={props.hint === undefined ? undefined : `${id}-hint`}
        {...({ type: props.type ?? "text" } as { type: "text" })}
        required={props.optional !== true}
        value={props.value}
        autocomplete={props.autocomplete}
        readOnly={props.readOnly}
        data-testid={props.testId}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
      {props.hint !== undefined && <small id={`${id}-hint`} class="muted hint">{props.hint}</small>}
    </div>
  );
}

/** A form that sends, then says what came of it; one that can be called off is that of a dialog, and its buttons are where those are. */
export function Form(props: { title: string; action: string; send: () => Promise<string>; children: ComponentChildren; testId?: string; onCancel?: () => void }): JSX.Element {
  const [result, setResult] = useState<{ text: string; bad: boolean } | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    props.send().then(
      (text) => setResult({ text, bad: false }),
      (error: unknown) => setResult({ text: errorText(error), bad: true }),
    );
  };
  const send = (
    <button class="btn p" type="submit">
      {props.action}
    </button>
  );
  const told = (
    <span role="status" class={result?.bad ? "problem" : "muted"}>
      {result?.text}
    </span>
  );
  return (
    <form class="block" onSubmit={submit} aria-label={props.title} data-testid={props.testId}>
      <h2>{props.title}</h2>
      {props.children}
      {props.onCancel === undefined ? (
        <div class="row">
          <span />
          <span class="done">
            {send}
            {told}
          </span>
        </div>
      ) : (
        <>
          {told}
          <div class="buttons">
            <button class="btn" type="button" onClick={props.onCancel}>
              {strings.cancel}
            </button>
            {send}
          </div>
        </>
      )}
    </form>
  );
}
