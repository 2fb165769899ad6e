/** A range between two thumbs: two sliders of the browser over one track, so that each has a name, a value and its keys. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import type { Interact } from "../interact";
import { along, onStep, written, type Span } from "../numbers";
import { words } from "../strings";
import { plainLabel } from "./label";
import { NumberField } from "./number-field";
import type { ControlProps } from "./props";
import { Chosen, useLate } from "./sliders";

type Ends = readonly [number, number];

interface TwoProps {
  span: Span;
  ends: Ends;
  name: string;
  text: (value: number) => string;
  interact: Interact;
  holds: string;
  onEnds: (ends: Ends) => void;
  /** Where a value is not said while it is being dragged: when it is let go. */
  onRest?: (() => void) | undefined;
}

/** Pixels of a thumb: its middle is never nearer to the end of the track than half of it. */
const THUMB = 16;

function TwoThumbs({ span, ends, name, text, interact, holds, onEnds, onRest }: TwoProps): JSX.Element {
  const root = useRef<HTMLDivElement>(null);
  const dragged = useRef<number | null>(null);
  const thumbs = () => [...(root.current?.querySelectorAll("input") ?? [])];
  const move = (which: number, to: number) => {
    const [low, high] = ends;
    // One thumb stops at the other.
    onEnds(which === 0 ? [Math.min(onStep(to, span), high), high] : [low, Math.max(onStep(to, span), low)]);
  };
  const valueAt = (x: number) => {
    const box = root.current!.getBoundingClientRect();
    const share = (x - box.left - THUMB / 2) / Math.max(1, box.width - THUMB);
    return span.min + Math.min(1, Math.max(0, share)) * (span.max - span.min);
  };
  const press = (event: PointerEvent & { currentTarget: HTMLDivElement }) => {
    if (event.button !== 0 || root.current?.closest("fieldset")?.disabled) return;
    event.preventDefault();
    const at = valueAt(event.clientX);
    const [low, high] = ends;
    const which = Math.abs(at - low) < Math.abs(at - high) || (low === high && at < low) ? 0 : 1;
    dragged.current = which;
    event.currentTarget.setPointerCapture(event.pointerId);
    thumbs()[which]?.focus();
    interact.hold(holds);
    move(which, at);
  };
  const drag = (event: PointerEvent) => {
    if (dragged.current !== null) move(dragged.current, valueAt(event.clientX));
  };
  const letGo = () => {
    onRest?.();
    dragged.current = null;
    interact.letGo(holds);
  };
  const style = { "--from": along(ends[0], span), "--to": along(ends[1], span) };
  return (
    <div ref={root} class="two" style={style} onPointerDown={press} onPointerMove={drag} onPointerUp={letGo} onPointerCancel={letGo}>
      {ends.map((value, which) => (
        <input
          key={which}
          type="range"
          min={span.min}
          max={span.max}
          step={span.step === 0 ? "any" : span.step}
          value={value}
          aria-label={which === 0 ? words.from(name) : words.to(name)}
          aria-valuetext={text(value)}
          data-testid="control-track"
          onInput={(event) => {
            move(which, event.currentTarget.valueAsNumber);
            event.currentTarget.valueAsNumber = ends[which]!;
          }}
          onChange={() => dragged.current === null && onRest?.()}
          onBlur={letGo}
        />
      ))}
    </div>
  );
}

export function Range({ control, value, interact, name, problem, complain }: ControlProps<"range">): JSX.Element {
  const set = (to: Ends) => interact.set(control.name, to);
  const [ends, move, onRest] = useLate(value as unknown as Ends, control.live, set);
  const slide = (to: Ends) => {
    complain(null);
    move(to);
  };
  const field = (which: 0 | 1) => {
    const own = which === 0 ? words.from(name) : words.to(name);
    const take = (to: number) => set(which === 0 ? [to, Math.max(to, ends[1])] : [Math.min(to, ends[0]), to]);
    return <NumberField span={control} value={ends[which]} name={own} problem={problem} onValue={take} complain={complain} />;
  };
  return (
    <div class="sliding">
      <TwoThumbs span={control} ends={ends} name={name} text={(at) => written(at, control)} interact={interact} holds={control.name} onEnds={slide} onRest={onRest} />
      <span class="pair">
        {field(0)}
        <span aria-hidden="true">–</span>
        {field(1)}
      </span>
    </div>
  );
}

export function ChoiceRange({ control, value, interact, name }: ControlProps<"range_choice">): JSX.Element {
  const [ends, move, onRest] = useLate(value as unknown as Ends, control.live, (to) => interact.set(control.name, to));
  const { labels } = control;
  const span = { min: 0, max: labels.length - 1, step: 1, integer: true, decimals: 0 };
  const text = (at: number) => plainLabel(labels[at] ?? "");
  return (
    <div class="sliding">
      <TwoThumbs span={span} ends={ends} name={name} text={text} interact={interact} holds={control.name} onEnds={move} onRest={onRest} />
      <span class="pair">
        <Chosen labels={labels} chosen={labels[ends[0]] ?? ""} />
        <span aria-hidden="true">–</span>
        <Chosen labels={labels} chosen={labels[ends[1]] ?? ""} />
      </span>
    </div>
  );
}
