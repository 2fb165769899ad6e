/** The number beside a slider: it can be typed in, and arrow keys step it. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { keyStep, longest, onStep, snapped, typedNumber, written, type Span } from "../numbers";
import { words } from "../strings";

interface Props {
  span: Span;
  value: number;
  name: string;
  problem: string | undefined;
  onValue: (value: number) => void;
  complain: (problem: string | null) => void;
}

export function NumberField({ span, value, name, problem, onValue, complain }: Props): JSX.Element {
  /** What is being typed; null while it shows the value. */
  const [draft, setDraft] = useState<string | null>(null);
  const leave = () => {
    setDraft(null);
    complain(null);
  };
  const take = (text: string) => {
    if (draft === null) return;
    const typed = typedNumber(text);
    const found = typed === null ? null : snapped(typed, span);
    if (found === null) return complain(typed === null ? words.notANumber : words.outside(written(span.min, span), written(span.max, span)));
    leave();
    onValue(found);
  };
  const press = (event: KeyboardEvent & { currentTarget: HTMLInputElement }) => {
    const by = event.key === "ArrowUp" ? 1 : event.key === "ArrowDown" ? -1 : 0;
    if (event.key === "Enter") take(event.currentTarget.value);
    else if (event.key === "Escape" && draft !== null) event.stopPropagation();
    if (event.key === "Escape" && draft !== null) leave();
    if (by === 0) return;
    event.preventDefault();
    leave();
    onValue(onStep(value + by * keyStep(span) * (event.shiftKey ? 10 : 1), span));
  };
  return (
    <input
      type="text"
      class="number"
      inputMode="decimal"
      autocomplete="off"
      spellcheck={false}
      aria-label={words.numberOf(name)}
      aria-invalid={problem !== undefined}
      aria-describedby={problem}
      data-testid="control-number"
      data-dirty={draft === null ? undefined : true}
      style={{ width: `calc(${longest(span)}ch + 14px)` }}
      value={draft ?? written(value, span)}
      onInput={(event) => setDraft(event.currentTarget.value)}
      onKeyDown={press}
      onBlur={(event) => take(event.currentTarget.value)}
    />
  );
}
