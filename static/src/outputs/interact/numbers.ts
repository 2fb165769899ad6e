/** Numbers of sliders: how they are written, read from what somebody typed, and brought to a step. */

export interface Span {
  readonly min: number;
  readonly max: number;
  /** 0: any number between. */
  readonly step: number;
  readonly integer: boolean;
  /** Digits behind the point that tell two steps apart; null where no number of them does. */
  readonly decimals: number | null;
  /** Digits with which a value is written all the same; absent where `decimals` says how many. */
  readonly digits?: number;
}

const MOST_DECIMALS = 8;
/** What a key moves where there is no step of its own. */
const PARTS = 200;

/** Digits behind the point with which all values of a span can be written. */
export function decimalsOf(min: number, max: number, step: number): number | null {
  if (step === 0) return null;
  for (let digits = 0; digits <= MOST_DECIMALS; digits += 1) {
    const fits = [min, max, step].every((each) => Math.abs(Number(each.toFixed(digits)) - each) <= Math.abs(step) * 1e-9);
    if (fits) return digits;
  }
  return null;
}

/** A number as it stands beside its slider: all values of one slider have as many digits, so that nothing moves. */
export function written(value: number, { decimals: needed, digits }: Pick<Span, "decimals" | "digits">): string {
  const decimals = digits ?? needed;
  if (decimals !== null) return signed(Math.abs(value) < 1e15 ? value.toFixed(decimals) : String(value));
  return signed(String(Number(value.toPrecision(6))));
}

/** The number in what somebody typed, as people write numbers: "1/3", "2,5", "−1". Null for what is none. */
export function typedNumber(text: string): number | null {
  const plain = text.trim().replace(/\u2212/g, "-").replace(/[\s\u202f]/g, "").replace(/^(-?\d+),(\d+)$/, "$1.$2");
  const [above, below, ...more] = plain.split("/");
  if (more.length > 0 || !isDecimal(above) || (below !== undefined && !isDecimal(below))) return null;
  const value = below === undefined ? Number(above) : Number(above) / Number(below);
  return Number.isFinite(value) ? value : null;
}

function isDecimal(text: string | undefined): text is string {
  return text !== undefined && /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d{1,3})?$/i.test(text);
}

/** The nearest value that a slider can have; null outside of it. */
export function snapped(value: number, span: Span): number | null {
  const slack = Math.abs(span.max - span.min) * 1e-9;
  if (!(value >= span.min - slack && value <= span.max + slack)) return null;
  return onStep(value, span);
}

/** The value of the span that is nearest to any number. */
export function onStep(value: number, { min, max, step, decimals }: Span): number {
  if (step === 0) return Math.min(Math.max(value, min), max);
  // The last step may end before the end of the span.
  const steps = Math.round((Math.min(Math.max(value, min), max) - min) / step);
  const last = Math.floor((max - min) / step + 1e-9);
  const found = min + Math.min(steps, last) * step;
  return decimals === null ? found : Number(found.toFixed(decimals));
}

/** By how much an arrow key moves. */
export function keyStep({ min, max, step }: Span): number {
  return step === 0 ? (max - min) / PARTS : step;
}

/** The share of the way that a value is along, from 0 to 1. */
export function along(value: number, { min, max }: Pick<Span, "min" | "max">): number {
  return max > min ? Math.min(1, Math.max(0, (value - min) / (max - min))) : 0;
}

/** Characters of the longest number of a span. */
export function longest(span: Span): number {
  const some = [span.min, span.max, span.min + span.step, span.max - span.step, ...(span.decimals === null ? [1 / 3] : [])];
  return Math.max(...some.map((each) => written(each, span).length));
}

/** With the sign that is as wide as a digit. */
function signed(text: string): string {
  return text.replace(/^-/, "\u2212");
}
