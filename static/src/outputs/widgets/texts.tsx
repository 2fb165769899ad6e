/** Widgets that are typed in: what is typed is said at once, where it was asked for so; Enter says that it is done. */

import type { JSX } from "preact";
import { TextField } from "../interact/controls/fields";
import type { ControlProps } from "../interact/controls/props";

export function TypedText(props: ControlProps<"text">): JSX.Element {
  return props.control.live === true ? <LiveText {...props} /> : <TextField {...props} />;
}

function LiveText({ control, value, interact, id, problem }: ControlProps<"text">): JSX.Element {
  const shared = {
    ...field(id, problem),
    value: String(value),
    placeholder: control.placeholder,
    onInput: (event: InputEvent & { currentTarget: { value: string } }) => {
      interact.hold(control.name);
      interact.set(control.name, event.currentTarget.value);
    },
    onKeyDown: (event: KeyboardEvent) => {
      if (event.key === "Enter" && !event.isComposing && control.rows === 1) interact.submit(control.name);
    },
    onBlur: () => interact.letGo(control.name),
  };
  return <div class="typing">{control.rows > 1 ? <textarea {...shared} rows={control.rows} /> : <input {...shared} type="text" enterkeyhint="done" />}</div>;
}

/** It is told whole, when it is done with. */
export function Secret({ control, value, interact, id, problem }: ControlProps<"secret">): JSX.Element {
  const take = (text: string) => interact.set(control.name, text);
  return (
    <input
      {...field(id, problem)}
      type="password"
      defaultValue={String(value)}
      onChange={(event) => take(event.currentTarget.value)}
      onKeyDown={(event) => event.key === "Enter" && (take(event.currentTarget.value), interact.submit(control.name))}
    />
  );
}

function field(id: string, problem: string | undefined) {
  return {
    id,
    class: "field",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: false,
    "aria-invalid": problem !== undefined,
    "aria-describedby": problem,
    "data-testid": "control-text",
    // What is typed is the browser's to take back.
    "data-dirty": true,
  } as const;
}
