/** The few escape codes that programs print in streams: colours, bold, and a carriage return that writes over a line. */

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
    if (until > from) spans.push({ text: overwritten(text.slice(from, until)), style: styleOf(colour, bold) });
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

/** What is left of each line after carriage returns: progress bars show their last state. */
function overwritten(text: string): string {
  if (!text.includes("\r")) return text;
  return text
    .replace(/\r\n/g, "\n")
    .split("\n")
    .map((line) => line.slice(line.replace(/\r$/, "").lastIndexOf("\r") + 1).replace(/\r$/, ""))
    .join("\n");
}
