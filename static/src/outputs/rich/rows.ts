/** Tables as sessions send them: taken apart, and their rows sorted, filtered and paged. */

export type Value = string | number | boolean | null;

export interface Table {
  readonly columns: readonly string[];
  /** How many columns from the left name their row. */
  readonly index: number;
  readonly rows: readonly (readonly Value[])[];
  /** How many rows and columns there are in the session, of which some may not have been sent. */
  readonly total: number;
  readonly width: number;
}

export interface Order {
  readonly column: number;
  readonly down: boolean;
}

export const PAGE = 100;
/** A session may say anything; more than it ever sends is left out. */
const MOST_ROWS = 100_000;
const MOST_COLUMNS = 500;
const LONGEST = 1000;

export function tableOf(text: string): Table | null {
  let found: unknown;
  try {
    found = JSON.parse(text);
  } catch {
    return null;
  }
  if (typeof found !== "object" || found === null) return null;
  const { columns, rows, index, total, width } = found as Record<string, unknown>;
  if (!Array.isArray(columns) || !Array.isArray(rows)) return null;
  const names = columns.slice(0, MOST_COLUMNS).map(shortened);
  const read = rows.slice(0, MOST_ROWS).map((row) => names.map((_, at) => (Array.isArray(row) ? valueOf(row[at]) : null)));
  return { columns: names, index: countOf(index, 0, names.length), rows: read, total: countOf(total, read.length), width: countOf(width, names.length) };
}

function countOf(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): number {
  return typeof value === "number" && Number.isInteger(value) ? Math.min(Math.max(value, least), most) : least;
}

function valueOf(value: unknown): Value {
  if (typeof value === "number" || typeof value === "boolean" || value === null) return value;
  return value === undefined ? null : shortened(value);
}

function shortened(value: unknown): string {
  const text = typeof value === "string" ? value : String(value);
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text;
}

/** Rows that contain a text in some column, in an order; equal ones as they came. */
export function arranged(rows: Table["rows"], filter: string, order: Order | null): Table["rows"] {
  const wanted = filter.trim().toLowerCase();
  const kept = wanted === "" ? rows : rows.filter((row) => row.some((value) => value !== null && String(value).toLowerCase().includes(wanted)));
  if (order === null) return kept;
  const sign = order.down ? -1 : 1;
  return [...kept].sort((a, b) => compared(a[order.column] ?? null, b[order.column] ?? null, sign));
}

const collator = new Intl.Collator("en", { numeric: true });

/** Numbers before texts, and what is missing at the end either way. */
function compared(a: Value, b: Value, sign: number): number {
  const [first, second] = [a, b].map(isMissing);
  if (first || second) return Number(first) - Number(second);
  const [left, right] = [numberIn(a), numberIn(b)];
  if (left !== null && right !== null) return sign * (left - right);
  if (left !== null || right !== null) return left !== null ? -sign : sign;
  return sign * collator.compare(String(a), String(b));
}

function isMissing(value: Value): boolean {
  return value === null || value === "" || value === "NaN" || value === "nan" || value === "NaT" || value === "None";
}

const FRACTION = /^([+-]?\d+)\/(\d+)$/;

/** A number, a fraction as Sage writes it, or either between the dollars of a formula. */
function numberIn(value: Value): number | null {
  if (typeof value === "number" || typeof value === "boolean") return Number(value);
  const text = String(value).replace(/^\$(.*)\$$/, "$1").trim();
  const fraction = FRACTION.exec(text);
  if (fraction !== null) return Number(fraction[1]) / Number(fraction[2]);
  return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : null;
}

/** Columns in which all that is there is numbers: their digits stand below each other. */
export function numeric(table: Table): readonly boolean[] {
  const some = table.rows.slice(0, 200);
  return table.columns.map((_, at) => some.some((row) => !isMissing(row[at] ?? null)) && some.every((row) => isMissing(row[at] ?? null) || numberIn(row[at] ?? null) !== null));
}

/** RFC 4180, with a mark before what a spreadsheet would take for a command. */
export function csvOf(table: Table): string {
  const line = (values: readonly Value[]) => values.map(csvField).join(",");
  return [line(table.columns), ...table.rows.map(line)].join("\r\n") + "\r\n";
}

function csvField(value: Value): string {
  if (typeof value === "number") return String(value);
  const text = value === null ? "" : String(value);
  const plain = /^[=@+\-\t\r]/.test(text) && numberIn(text) === null ? `'${text}` : text;
  return /[",\r\n]/.test(plain) ? `"${plain.replaceAll('"', '""')}"` : plain;
}
