/** The few codes that programs print in streams: colours, bold, and what goes back over a line. */

export interface Span {
  readonly text: string;
  /** Class names, for instance "ansi-1 ansi-bold"; empty for plain text. */
  readonly style: string;
}

const CODE = /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\u001b[()][A-Z0-9]/g;

/** Split a text into spans of one look; codes other than colour and bold are left out. */
export function ansiSpans(text: string): Span[] {
  const spans: Span[] = [];
  let colour = "";
  let bold = false;
  let from = 0;
  const push = (until: number) => {
    if (until > from) spans.push({ text: text.slice(from, until), style: styleOf(colour, bold) });
  };
  for (const match of text.matchAll(CODE)) {
    push(match.index);
    from = match.index + match[0].length;
    if (match[2] !== "m") continue;
    for (const part of (match[1] || "0").split(";")) {
      const value = Number(part);
      if (value === 0) [colour, bold] = ["", false];
      else if (value === 1) bold = true;
      else if (value === 22) bold = false;
      else if (value === 39) colour = "";
      else if (value >= 30 && value <= 37) colour = `ansi-${value - 30}`;
      else if (value >= 90 && value <= 97) colour = `ansi-${value - 90}`;
    }
  }
  push(text.length);
  return spans;
}

function styleOf(colour: string, bold: boolean): string {
  return [colour, bold ? "ansi-bold" : ""].filter(Boolean).join(" ");
}

/** Longer lines are taken from a carriage return near their end: the progress of hours need not be gone through. */
const LONG_LINE = 20_000;
const STEP = /\u001b\[([0-9;]*)([A-Za-z])|\u001b\][^\u0007]*\u0007|\u001b[()][A-Z0-9]|[^]/gu;

/** A text as a terminal shows it: what is printed behind a carriage return or a backspace stands over what was there. */
export function settled(text: string): string {
  if (!/[\r\b]/.test(text)) return text;
  return text
    .replace(/\r+\n/g, "\n")
    .split("\n")
    .map((line) => (/[\r\b]/.test(line) ? settledLine(line) : line))
    .join("\n");
}

function settledLine(line: string): string {
  const from = line.length > LONG_LINE ? line.lastIndexOf("\r", line.length - LONG_LINE) : -1;
  const cells: { text: string; look: string }[] = [];
  let column = 0;
  let look = "";
  for (const [step, values, code] of line.slice(Math.max(from, 0)).matchAll(STEP)) {
    if (step === "\r") column = 0;
    else if (step === "\b") column = Math.max(0, column - 1);
    else if (code === "m") look = /^0?$/.test(values ?? "") ? "" : look + step;
    else if (code === "K") cells.length = values === "2" ? 0 : Math.min(column, cells.length);
    else if (!step.startsWith("\u001b")) {
      while (cells.length < column) cells.push({ text: " ", look: "" });
      cells[column] = { text: step, look };
      column += 1;
    }
  }
  let last = "";
  const shown = cells.map((cell) => {
    const change = cell.look === last ? "" : `\u001b[0m${cell.look}`;
    last = cell.look;
    return change + cell.text;
  });
  return shown.join("") + (last === look ? "" : `\u001b[0m${look}`);
}
