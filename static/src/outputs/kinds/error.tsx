/** An exception: what was wrong first, where on demand. */

import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { tokens } from "../../editor/highlight";
import type { Json } from "../../net/messages";
import { strings } from "../../strings";
import { useParts } from "../../workbench/parts";
import { numberOf, objectOf, outputKinds, textOf, type OutputKind } from "../kinds";

interface Frame {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly user: boolean;
  readonly source: readonly (readonly [number, string])[];
}

interface Failure {
  readonly name: string;
  readonly message: string;
  readonly frames: readonly Frame[];
}

/** A traceback from a hostile place may be endless. */
const MOST_FRAMES = 100;
const MOST_ROWS = 50;

const error: OutputKind<Failure> = {
  id: "error",
  pieces: ["error"],
  read: ({ body }) => ({ name: textOf(body["name"]), message: textOf(body["message"]), frames: framesOf(body["frames"]) }),
  show: (item) => <ErrorOutput item={item} />,
};

outputKinds.add(error);

function framesOf(value: Json | undefined): Frame[] {
  if (!Array.isArray(value)) return [];
  return value.slice(0, MOST_FRAMES).map((entry) => {
    const frame = objectOf(entry);
    const source = Array.isArray(frame["source"]) ? frame["source"] : [];
    return {
      file: textOf(frame["file"]),
      line: numberOf(frame["line"]),
      function: textOf(frame["function"]),
      user: frame["user"] === true,
      source: source.slice(0, MOST_ROWS).map((row) => (Array.isArray(row) ? [numberOf(row[0]), textOf(row[1])] : [0, ""])),
    };
  });
}

function ErrorOutput({ item }: { item: Failure }): JSX.Element {
  const [open, setOpen] = useState(false);
  const own = item.frames.filter((frame) => frame.user);
  const last = own.at(-1);
  return (
    <div class="failure" role="alert" data-testid="error">
      <div class="what">
        <b>{item.name}</b>
        {item.message && `: ${item.message}`}
      </div>
      {last !== undefined && <Place frame={last} />}
      {item.frames.length > 0 && (
        <button type="button" class="quiet" aria-expanded={open} data-testid="traceback" onClick={() => setOpen(!open)}>
          {open ? strings.hideTraceback : strings.showTraceback(item.frames.length)}
        </button>
      )}
      {open && (
        <ol class="frames">
          {item.frames.map((frame, index) => (
            <li key={index} class={frame.user ? "user" : ""}>
              <FrameHead frame={frame} />
              <Place frame={frame} around />
            </li>
          ))}
        </ol>
      )}
    </div>
  );
}

/** The cell that a frame's file stands for: the session names its files after cells. */
function useCellNumber(frame: Frame): number | null {
  const { worksheet } = useParts();
  const found = worksheet.sheet.cells.value.find((cell) => cell.type === "code" && frame.file.includes(cell.id));
  return frame.user && found !== undefined ? found.number : null;
}

function FrameHead({ frame }: { frame: Frame }): JSX.Element {
  const number = useCellNumber(frame);
  const file = number === null ? frame.file.replace(/^.*\/site-packages\//, "").replace(/^.*\/lib\/python3\.\d+\//, "") : "";
  return (
    <div class="head">
      {frame.line > 0 && <span>{number === null && file ? `${file}, ${strings.errorLine(frame.line)}` : strings.inCell(number, frame.line)}</span>}
      {frame.function && frame.function !== "<module>" && <code>{frame.function}</code>}
    </div>
  );
}

/** The line where it happened, with its neighbours when asked. */
function Place({ frame, around }: { frame: Frame; around?: boolean }): JSX.Element | null {
  const rows = frame.source.filter(([line]) => around === true || line === frame.line);
  if (rows.length === 0) return null;
  return (
    <pre class="place">
      {rows.map(([line, text]) => (
        <div key={line} class={line === frame.line ? "at" : ""}>
          <span class="ln">{line}</span>
          {tokens(text).map((token, index) => <span key={index} class={token.kind}>{token.text}</span>)}
        </div>
      ))}
    </pre>
  );
}
