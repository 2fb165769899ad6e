/** Dialogs, which come with whoever opens one: apart from the small parts that every page shows at once. */

import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useRef, useState } from "preact/hooks";
import { strings } from "../strings";

/** A native dialog that opens when it is mounted and tells when it closes. */
export function Dialog(props: { label: string; onClose: () => void; children: ComponentChildren; class?: string }): JSX.Element {
  const dialog = useRef<HTMLDialogElement>(null);
  const over = useRef(false);
  useEffect(() => {
    const shown = dialog.current;
    const before = document.activeElement;
    shown?.showModal();
    return () => {
      over.current = true;
      shown?.close();
      // A dialog that is taken out of the page, instead of being closed, leaves the keyboard to nobody.
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const outside = (event: MouseEvent) => event.target === dialog.current && props.onClose();
  return (
    <dialog ref={dialog} class={props.class ?? "dialog"} aria-label={props.label} onClose={() => over.current || props.onClose()} onMouseDown={outside}>
      {props.children}
    </dialog>
  );
}

/** A question for one line of text. */
export function Ask(props: {
  title: string;
  label: string;
  action: string;
  value?: string;
  onAnswer: (value: string) => void;
  onClose: () => void;
}): JSX.Element {
  const [value, setValue] = useState(props.value ?? "");
  const id = useId();
  const field = useRef<HTMLInputElement>(null);
  // A name is mostly replaced.
  useEffect(() => field.current?.select(), []);
  const submit = (event: Event) => {
    event.preventDefault();
    if (value.trim() === "") return;
    props.onAnswer(value.trim());
    props.onClose();
  };
  return (
    <Dialog label={props.title} onClose={props.onClose}>
      <form onSubmit={submit}>
        <h2>{props.title}</h2>
        <label for={id}>{props.label}</label>
        <input ref={field} id={id} class="field" data-testid="ask-input" autofocus value={value} maxLength={200} onInput={(event) => setValue(event.currentTarget.value)} />
        <div class="buttons">
          <button type="button" class="btn" onClick={props.onClose}>
            {strings.cancel}
          </button>
          <button type="submit" class="btn p" data-testid="ask-ok">
            {props.action}
          </button>
        </div>
      </form>
    </Dialog>
  );
}

/** A question with yes or no. "No" has the keyboard: who types on without looking must not say yes. */
export function Confirm(props: { text: string; action: string; danger?: boolean; onYes: () => void; onClose: () => void }): JSX.Element {
  return (
    <Dialog label={props.action} onClose={props.onClose}>
      <p>{props.text}</p>
      <div class="buttons">
        <button type="button" class="btn" autofocus onClick={props.onClose}>
          {strings.cancel}
        </button>
        <button
          type="button"
          class={props.danger === true ? "btn bad" : "btn p"}
          data-testid="confirm-yes"
          onClick={() => {
            props.onYes();
            props.onClose();
          }}
        >
          {props.action}
        </button>
      </div>
    </Dialog>
  );
}
