/** Sliders: of numbers, of labels, and several in one control. They are the browser's own, so keys and screen readers know them. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Value } from "../controls";
import type { Interact } from "../interact";
import { along, keyStep, onStep, written, type Span } from "../numbers";
import { Label, plainLabel } from "./label";
import { NumberField } from "./number-field";
import type { ControlProps } from "./props";

interface TrackProps {
  span: Pick<Span, "min" | "max" | "step">;
  value: number;
  /** The value as it is said. */
  text: string;
  interact: Interact;
  /** The control that is held while this is dragged. */
  holds: string;
  id?: string | undefined;
  name?: string | undefined;
  onValue: (value: number) => void;
  /** Where a value is not said while it is being dragged: when it is let go. */
  onRest?: (() => void) | undefined;
}

/** What is dragged. */
export function Track({ span, value, text, interact, holds, id, name, onValue, onRest }: TrackProps): JSX.Element {
  const letGo = () => {
    onRest?.();
    interact.letGo(holds);
  };
  return (
    <input
      type="range"
      id={id}
      class="track"
      min={span.min}
      max={span.max}
      step={span.step === 0 ? "any" : span.step}
      value={value}
      aria-label={name}
      aria-valuetext={text}
      data-testid="control-track"
      style={{ "--at": along(value, span) }}
      onPointerDown={() => interact.hold(holds)}
      onPointerUp={letGo}
      onPointerCancel={letGo}
      onChange={letGo}
      onBlur={letGo}
      onInput={(event) => onValue(event.currentTarget.valueAsNumber)}
    />
  );
}

export function Slider({ control, value, interact, id, name, problem, complain }: ControlProps<"slider">): JSX.Element {
  const set = (to: number) => interact.set(control.name, to);
  const [number, move, onRest] = useLate(Number(value), control.live, set);
  const slide = (to: number) => {
    complain(null);
    move(onStep(to, control));
  };
  return (
    <div class="sliding" onKeyDown={(event) => stepKeys(event, control, number, slide)}>
      <Track span={control} value={number} text={written(number, control)} interact={interact} holds={control.name} id={id} onValue={slide} onRest={onRest} />
      <NumberField span={control} value={number} name={name} problem={problem} onValue={set} complain={complain} />
    </div>
  );
}

/** A value that is said while it is being dragged, or only when it is let go. */
export function useLate<V extends Value>(value: V, live: boolean | undefined, set: (value: V) => void): [V, (value: V) => void, (() => void) | undefined] {
  const [moved, setMoved] = useState<V | null>(null);
  if (live !== false) return [value, set, undefined];
  const rest = () => {
    if (moved !== null) set(moved);
    setMoved(null);
  };
  return [moved ?? value, setMoved, rest];
}

/** Where any number will do, the browser's own step is too fine to be seen. */
function stepKeys(event: KeyboardEvent, span: Span, value: number, onValue: (value: number) => void): void {
  if (span.step !== 0 || !(event.target instanceof HTMLInputElement) || event.target.type !== "range") return;
  const by = ({ ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 } as Record<string, number>)[event.key];
  if (by === undefined) return;
  event.preventDefault();
  onValue(onStep(value + by * keyStep(span), span));
}

export function ChoiceSlider({ control, value, interact, id }: ControlProps<"choice_slider">): JSX.Element {
  const [index, move, onRest] = useLate(Number(value), control.live, (to) => interact.set(control.name, to));
  const label = control.labels[index] ?? "";
  const span = { min: 0, max: control.labels.length - 1, step: 1 };
  return (
    <div class="sliding">
      <Track span={span} value={index} text={plainLabel(label)} interact={interact} holds={control.name} id={id} onValue={move} onRest={onRest} />
      <Chosen labels={control.labels} chosen={label} />
    </div>
  );
}

/** The label that is chosen, in as much room as the longest one takes. */
export function Chosen({ labels, chosen }: { labels: readonly string[]; chosen: string }): JSX.Element {
  const longest = Math.max(...labels.map((each) => plainLabel(each).length));
  return (
    <output class="chosen" style={{ minWidth: `${Math.min(longest, 18) + 1}ch` }} data-testid="control-chosen">
      <Label text={chosen} />
    </output>
  );
}

export function Sliders({ control, value, interact, name, problem, complain }: ControlProps<"multi">): JSX.Element {
  const values = value as readonly number[];
  return (
    <div class="several">
      {control.sliders.map((slider, index) => {
        const number = values[index] ?? slider.min;
        const own = slider.label === "" ? `${name} ${index + 1}` : plainLabel(slider.label);
        const set = (to: number) => interact.set(control.name, values.map((each, at) => (at === index ? to : each)));
        const slide = (to: number) => {
          complain(null);
          set(onStep(to, slider));
        };
        return (
          <div key={index} class="sliding" onKeyDown={(event) => stepKeys(event, slider, number, slide)}>
            {slider.label !== "" && <span class="own" aria-hidden="true"><Label text={slider.label} /></span>}
            <Track span={slider} value={number} text={written(number, slider)} interact={interact} holds={control.name} name={own} onValue={slide} />
            <NumberField span={slider} value={number} name={own} problem={problem} onValue={set} complain={complain} />
          </div>
        );
      })}
    </div>
  );
}
