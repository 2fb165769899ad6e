/** Widgets of numbers beyond the sliders of interacts: fields, sliders of powers, and the one that plays. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icons";
import type { ControlProps } from "../interact/controls/props";
import { Track } from "../interact/controls/sliders";
import { onStep, typedNumber } from "../interact/numbers";
import { words } from "./strings";

export function NumberBox({ control, value, interact, id, problem, complain }: ControlProps<"number">): JSX.Element {
  const { min, max, integer } = control;
  const [draft, setDraft] = useState<string | null>(null);
  const leave = () => {
    setDraft(null);
    complain(null);
  };
  const take = () => {
    if (draft === null) return;
    const typed = typedNumber(draft);
    if (typed === null) return complain(words.notANumber);
    if (integer && !Number.isInteger(typed)) return complain(words.notWhole);
    if ((min !== null && typed < min) || (max !== null && typed > max)) return complain(outside(min, max));
    leave();
    interact.set(control.name, typed);
  };
  const press = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (event.key === "Enter") take();
    if (event.key === "Escape" && draft !== null) {
      event.stopPropagation();
      leave();
    }
    if (by === 0) return;
    event.preventDefault();
    leave();
    const next = Number((Number(value) + by * (control.step ?? 1)).toPrecision(12));
    interact.set(control.name, Math.min(Math.max(next, min ?? -Infinity), max ?? Infinity));
  };
  return (
    <input
      type="text"
      id={id}
      class="field short"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      aria-invalid={problem !== undefined}
      aria-describedby={problem}
      data-testid="control-number"
      data-dirty={draft === null ? undefined : true}
      value={draft ?? String(value)}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={take}
    />
  );
}

function outside(min: number | null, max: number | null): string {
  if (min === null) return words.atMost(max ?? 0);
  return max === null ? words.atLeast(min) : words.between(min, max);
}

/** What is dragged is the exponent. */
export function PowerSlider({ control, value, interact, id }: ControlProps<"log">): JSX.Element {
  const exponent = onStep(Math.log(Number(value)) / Math.log(control.base), control);
  const text = shortly(Number(value), control.digits);
  const set = (to: number) => interact.set(control.name, control.base ** onStep(to, control));
  return (
    <div class="sliding">
      <Track span={control} value={exponent} text={text} interact={interact} holds={control.name} id={id} onValue={set} />
      <output class="chosen" data-testid="control-chosen">
        {text}
      </output>
    </div>
  );
}

function shortly(value: number, digits: number | undefined): string {
  return digits === undefined ? String(Number(value.toPrecision(3))) : value.toFixed(digits);
}

/** Counts by itself while this page plays; what others see moves with it. */
export function Play({ control, value, interact }: ControlProps<"play">): JSX.Element {
  const [isPlaying, setPlaying] = useState(false);
  const [repeats, setRepeats] = useState(control.loop);
  const { min, max, step, interval } = control;
  const at = Number(value);
  const set = (to: number) => interact.set(control.name, to);
  const tick = useRef(() => {});
  tick.current = () => {
    const next = at + (step || 1);
    if (next <= max) return set(next);
    if (repeats) return set(min);
    setPlaying(false);
  };
  useEffect(() => {
    if (!isPlaying) return;
    const timer = window.setInterval(() => tick.current(), interval);
    return () => window.clearInterval(timer);
  }, [isPlaying, interval]);
  const begin = () => {
    if (!isPlaying && at + (step || 1) > max) set(min);
    setPlaying(!isPlaying);
  };
  return (
    <span class="playing" role="group">
      <button type="button" class="ib" aria-label={isPlaying ? words.pause : words.play} aria-pressed={isPlaying} data-testid="widget-play" onClick={begin}>
        <Icon name={isPlaying ? "stop" : "play"} />
      </button>
      <button type="button" class="ib" aria-label={words.toStart} onClick={() => (setPlaying(false), set(min))}>
        <Icon name="back" />
      </button>
      <button type="button" class="ib" aria-label={words.repeat} aria-pressed={repeats} onClick={() => setRepeats(!repeats)}>
        <Icon name="restart" />
      </button>
    </span>
  );
}
