/** One control: its label, what is moved or typed in, and below it what is wrong with its value. */

import { useComputed } from "@preact/signals";
import type { ComponentChildren, ComponentType, JSX } from "preact";
import { useId, useState } from "preact/hooks";
import type { Control, Kind, PlainKinds } from "../controls";
import type { Interact } from "../interact";
import { words } from "../strings";
import type { Look } from "../tree-controls";
import { ButtonBar, Radio } from "./choices";
import { Check, Colour, PressButton, Select, StaticText, TextField } from "./fields";
import { Grid } from "./grid";
import { Label, plainLabel } from "./label";
import type { ControlProps } from "./props";
import { ChoiceRange, Range } from "./ranges";
import { ChoiceSlider, Slider, Sliders } from "./sliders";

export interface View<K extends Kind> {
  readonly show: ComponentType<ControlProps<K>>;
  /** Whether its label names one element, or all that are in it, or stands in itself, or beside what needs no name. */
  readonly named: "one" | "group" | "itself" | "beside";
}

export type Views = { readonly [K in Kind]?: View<K> };

export const VIEWS: { readonly [K in keyof PlainKinds]: View<K> } = {
  text: { show: TextField, named: "one" },
  check: { show: Check, named: "itself" },
  slider: { show: Slider, named: "one" },
  choice_slider: { show: ChoiceSlider, named: "one" },
  range: { show: Range, named: "group" },
  range_choice: { show: ChoiceRange, named: "group" },
  multi: { show: Sliders, named: "group" },
  select: { show: Select, named: "one" },
  buttons: { show: ButtonBar, named: "group" },
  radio: { show: Radio, named: "group" },
  button: { show: PressButton, named: "itself" },
  colour: { show: Colour, named: "one" },
  grid: { show: Grid, named: "group" },
  html: { show: StaticText, named: "itself" },
};

interface Props {
  control: Control;
  interact: Interact;
  /** Kinds of controls that can be shown here. */
  views?: Views;
  /** Twelfths of its row. */
  width?: number | null;
  /** Smaller controls behind it, in the same row. */
  children?: ComponentChildren;
}

export function ControlView({ control, interact, views = VIEWS, width = null, children }: Props): JSX.Element | null {
  const id = useId();
  const value = useComputed(() => interact.values.value.get(control.name)).value;
  const refused = useComputed(() => interact.errors.value.get(control.name)).value;
  const [typed, complain] = useState<string | null>(null);
  const view = views[control.kind];
  if (view === undefined) return null;
  const { show, named } = view as View<Kind>;
  // A kind and its component belong together; TypeScript can't follow that through the look-up.
  const Shown = show as unknown as ComponentType<ControlProps<Kind>>;
  const problem = typed ?? refused;
  // Names of a tree are numbers.
  const name = plainLabel(control.label) || (views === VIEWS ? control.name : control.look?.tooltip) || words.unnamed;
  const group = named === "group" ? ({ role: "group", "aria-label": name } as const) : {};
  const isShown = value !== undefined || control.kind === "html" || control.kind === "button";
  const { look } = control;
  return (
    <div
      class={["control", control.kind in VIEWS ? control.kind : `k-${control.kind}`, look?.vertical ? "vertical" : "", look?.readout === false ? "bare" : "", look?.tone ?? ""].filter(Boolean).join(" ")}
      data-testid="control"
      data-name={control.name}
      style={width === null ? styleOf(look) : { flex: `0 1 calc(${(width / 12) * 100}% - var(--s4))` }}
      title={look?.tooltip || undefined}
    >
      <Name control={control} id={id} name={name} named={named} />
      <Line disabled={look?.disabled === true && control.kind !== "button"}>
        <div class="body" {...group}>
          {isShown && (
            <Shown
              control={control}
              value={value ?? null}
              interact={interact}
              id={id}
              name={name}
              problem={problem === undefined ? undefined : `${id}-problem`}
              complain={complain}
            />
          )}
          {problem !== undefined && (
            <p class="problem" id={`${id}-problem`} role="alert" data-testid="control-problem">
              {problem}
            </p>
          )}
        </div>
        {children}
      </Line>
    </div>
  );
}

/** What is moved or typed in. A button that can't be pressed for a while keeps the keyboard. */
function Line({ disabled, children }: { disabled: boolean; children: ComponentChildren }): JSX.Element {
  return disabled ? (
    <fieldset class="line" disabled>
      {children}
    </fieldset>
  ) : (
    <div class="line">{children}</div>
  );
}

/** The style that a control asks for, with its colour. */
export function styleOf(look: Look | undefined): Record<string, string> | undefined {
  if (look === undefined) return undefined;
  return look.colour === "" ? look.style : { ...look.style, "--tint": look.colour };
}

function Name({ control, id, name, named }: { control: Control; id: string; name: string; named: View<Kind>["named"] }): JSX.Element | null {
  const { label } = control;
  if (named === "one") {
    return (
      <label class={label === "" ? "hidden" : "name"} for={id}>
        <Label text={label || name} />
      </label>
    );
  }
  if (label === "" || (named === "itself" && control.kind !== "html")) return null;
  return (
    <span class="name" aria-hidden={named === "group"}>
      <Label text={label} />
    </span>
  );
}
