/** Widgets that choose: from lists that are in sight, from a list or anything else, a day, and between yes and no. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { Label, plainLabel } from "../interact/controls/label";
import type { ControlProps } from "../interact/controls/props";
import { words } from "./strings";

export function Toggle({ control, value, interact, id }: ControlProps<"toggle">): JSX.Element {
  return (
    <button type="button" id={id} class="btn toggle" aria-pressed={value === true} data-testid="widget-toggle" onClick={() => interact.set(control.name, value !== true)}>
      <Label text={control.text || control.name} />
    </button>
  );
}

export function ListBox({ control, value, interact, id }: ControlProps<"list">): JSX.Element {
  return (
    <select
      id={id}
      class="field listed"
      size={Math.max(2, control.rows)}
      data-testid="control-select"
      onChange={(event) => interact.set(control.name, event.currentTarget.selectedIndex)}
    >
      {control.labels.map((label, index) => (
        <option key={index} value={index} selected={index === value}>
          {plainLabel(label)}
        </option>
      ))}
    </select>
  );
}

export function SeveralBox({ control, value, interact, id }: ControlProps<"several">): JSX.Element {
  const chosen = value as readonly number[];
  const take = (select: HTMLSelectElement) => {
    const found = [...select.options].flatMap((option, index) => (option.selected ? [index] : []));
    interact.set(control.name, found);
  };
  return (
    <select id={id} class="field listed" multiple size={Math.max(2, control.rows)} data-testid="control-select" onChange={(event) => take(event.currentTarget)}>
      {control.labels.map((label, index) => (
        <option key={index} value={index} selected={chosen.includes(index)}>
          {plainLabel(label)}
        </option>
      ))}
    </select>
  );
}

export function Combo({ control, value, interact, id, problem, complain }: ControlProps<"combo">): JSX.Element {
  const [draft, setDraft] = useState<string | null>(null);
  const leave = () => {
    setDraft(null);
    complain(null);
    interact.letGo(control.name);
  };
  const take = () => {
    if (draft === null) return;
    if (control.strict && draft !== "" && !control.options.includes(draft)) return complain(words.notAChoice);
    interact.set(control.name, draft);
    leave();
  };
  const press = (event: KeyboardEvent) => {
    if (event.key === "Enter") take();
    if (event.key !== "Escape" || draft === null) return;
    event.stopPropagation();
    leave();
  };
  return (
    <>
      <input
        type="text"
        id={id}
        class="field"
        list={`${id}-options`}
        autocomplete="off"
        spellcheck={false}
        aria-invalid={problem !== undefined}
        aria-describedby={problem}
        data-testid="control-text"
        data-dirty={draft === null ? undefined : true}
        value={draft ?? String(value)}
        onInput={(event) => (interact.hold(control.name), setDraft(event.currentTarget.value))}
        onKeyDown={press}
        onBlur={take}
      />
      <datalist id={`${id}-options`}>
        {control.options.map((option) => (
          <option key={option} value={option} />
        ))}
      </datalist>
    </>
  );
}

export function DayBox({ control, value, interact, id, problem, complain }: ControlProps<"date">): JSX.Element {
  const take = (input: HTMLInputElement) => {
    // While a part of it is missing the browser has no value.
    if (input.validity.badInput) return;
    if (!input.validity.valid) return complain(words.notADay);
    complain(null);
    interact.set(control.name, input.value);
  };
  return (
    <input
      type="date"
      id={id}
      class="field short"
      min={control.min || undefined}
      max={control.max || undefined}
      value={String(value)}
      aria-invalid={problem !== undefined}
      aria-describedby={problem}
      data-testid="widget-day"
      onChange={(event) => take(event.currentTarget)}
    />
  );
}
