/** Controls that are a field or two: text, check box, colour, list of choices, button, and text that only stands there. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Prose } from "../../../prose/prose";
import { HtmlFrame } from "../../html-frame";
import { words } from "../strings";
import { typedColour } from "./colours";
import { useDraft } from "./draft";
import { Label, plainLabel } from "./label";
import type { ControlProps } from "./props";

export function TextField({ control, value, interact, id, problem }: ControlProps<"text">): JSX.Element {
  const draft = useDraft(String(value), interact, control.name, (text) => interact.set(control.name, text));
  const press = (event: KeyboardEvent) => {
    const done = event.key === "Enter" && !event.isComposing && (control.rows === 1 || event.ctrlKey || event.metaKey);
    if (done) draft.take();
    if (event.key !== "Escape" || !draft.dirty) return;
    event.stopPropagation();
    draft.drop();
  };
  const shared = {
    id,
    class: "field",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    readOnly: control.readonly,
    value: draft.text,
    "aria-invalid": problem !== undefined,
    "aria-describedby": problem,
    "data-testid": "control-text",
    "data-dirty": draft.dirty || undefined,
    style: control.width === null ? undefined : { width: `calc(${control.width}ch + 22px)`, flex: "none" },
    onInput: (event: InputEvent & { currentTarget: { value: string } }) => draft.type(event.currentTarget.value),
    onKeyDown: press,
    onBlur: draft.take,
  } as const;
  return (
    <div class="typing">
      {control.rows > 1 ? <textarea {...shared} rows={control.rows} /> : <input {...shared} type="text" enterkeyhint="done" />}
      {control.submit && !control.readonly && (
        <button type="button" class="btn" disabled={!draft.dirty} onClick={draft.take}>
          {words.set}
        </button>
      )}
    </div>
  );
}

export function Check({ control, value, interact, id }: ControlProps<"check">): JSX.Element {
  return (
    <label class="checking">
      <input type="checkbox" id={id} checked={value === true} data-testid="control-check" onChange={(event) => interact.set(control.name, event.currentTarget.checked)} />
      <span>
        <Label text={control.label || control.name} />
      </span>
    </label>
  );
}

export function Select({ control, value, interact, id }: ControlProps<"select">): JSX.Element {
  return (
    <select id={id} class="field" value={value === null ? "" : String(value)} data-testid="control-select" onChange={(event) => interact.set(control.name, event.currentTarget.selectedIndex)}>
      {control.labels.map((label, index) => (
        <option key={index} value={index}>
          {plainLabel(label)}
        </option>
      ))}
    </select>
  );
}

export function PressButton({ control, interact, id }: ControlProps<"button">): JSX.Element {
  const off = control.look?.disabled === true;
  return (
    <button type="button" id={id} class="btn" data-testid="control-button" aria-disabled={off || undefined} onClick={() => off || interact.press(control.name)}>
      <Label text={control.text || control.label || control.name} />
    </button>
  );
}

export function Colour({ control, value, interact, id, name, problem, complain }: ControlProps<"colour">): JSX.Element {
  const colour = String(value);
  const set = (to: string) => interact.set(control.name, to);
  const [draft, setDraft] = useState<string | null>(null);
  const take = () => {
    if (draft === null) return;
    const found = typedColour(draft);
    if (found === null) return complain(words.notAColour);
    leave();
    set(found);
  };
  const leave = () => {
    setDraft(null);
    complain(null);
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") take();
    if (event.key !== "Escape" || draft === null) return;
    event.stopPropagation();
    leave();
  };
  const pick = (to: string) => {
    interact.hold(control.name);
    leave();
    set(to);
  };
  return (
    <div class="colouring">
      <input
        type="color"
        id={id}
        value={colour}
        data-testid="control-colour"
        onInput={(event) => pick(event.currentTarget.value)}
        onChange={() => interact.letGo(control.name)}
        onBlur={() => interact.letGo(control.name)}
      />
      <input
        type="text"
        class="number"
        autocomplete="off"
        spellcheck={false}
        aria-label={words.colourCode(name)}
        aria-invalid={problem !== undefined}
        aria-describedby={problem}
        data-testid="control-number"
        data-dirty={draft === null ? undefined : true}
        style={{ width: "calc(7ch + 14px)" }}
        value={draft ?? colour}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={press}
        onBlur={take}
      />
    </div>
  );
}

/** What Markdown knows to show is shown as the prose that it is; anything else has a page of its own. */
const MARKUP = /<(?!\/?(?:a|b|blockquote|br|code|dd|del|dl|dt|em|h[1-6]|hr|i|kbd|li|ol|p|pre|s|strong|sub|sup|table|tbody|td|th|thead|tr|ul)\b[^>]*>)[a-z!/]|\sstyle\s*=/i;

export function StaticText({ control }: ControlProps<"html">): JSX.Element {
  if (MARKUP.test(control.html)) return <HtmlFrame html={control.html} />;
  return (
    <div class="prose">
      <Prose text={control.html} />
    </div>
  );
}
