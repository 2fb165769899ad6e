/** A matrix of fields between brackets: Enter goes down, the arrow keys up and down, and what is pasted fills as many as it has. */

import type { JSX } from "preact";
import { useRef } from "preact/hooks";
import { words } from "../strings";
import { filled, pastedRows, type Rows } from "./boxes";
import { useDraft } from "./draft";
import type { ControlProps } from "./props";

const WIDTH = 5;

export function Grid(props: ControlProps<"grid">): JSX.Element {
  const { control, value, interact } = props;
  const root = useRef<HTMLDivElement>(null);
  const rows = value as Rows;
  const go = (row: number, column: number) => {
    const box = root.current?.querySelectorAll("input")[row * control.columns + column];
    if (row < 0 || row >= control.rows || box === undefined) return;
    box.focus();
    box.select();
  };
  return (
    <div class="matrix" ref={root}>
      <div style={{ gridTemplateColumns: `repeat(${control.columns}, minmax(0, max-content))` }}>
        {rows.map((line, row) =>
          line.map((text, column) => (
            <Box
              key={`${row} ${column}`}
              {...props}
              text={text}
              row={row}
              column={column}
              go={go}
              onText={(typed) => interact.set(control.name, filled(rows, row, column, typed))}
            />
          )),
        )}
      </div>
    </div>
  );
}

interface BoxProps extends ControlProps<"grid"> {
  text: string;
  row: number;
  column: number;
  go: (row: number, column: number) => void;
  onText: (typed: Rows) => void;
}

function Box({ control, interact, name, problem, text, row, column, go, onText }: BoxProps): JSX.Element {
  const draft = useDraft(text, interact, control.name, (typed) => onText([[typed]]));
  const press = (event: KeyboardEvent) => {
    const by = event.key === "ArrowUp" || (event.key === "Enter" && event.shiftKey) ? -1 : event.key === "ArrowDown" || event.key === "Enter" ? 1 : 0;
    if (by !== 0) {
      event.preventDefault();
      draft.take();
      go(row + by, column);
    } else if (event.key === "Escape" && draft.dirty) {
      event.stopPropagation();
      draft.drop();
    }
  };
  const paste = (event: ClipboardEvent) => {
    const rows = pastedRows(event.clipboardData?.getData("text/plain") ?? "");
    if (rows.length < 2 && (rows[0]?.length ?? 0) < 2) return;
    event.preventDefault();
    draft.drop();
    onText(rows);
  };
  return (
    <input
      type="text"
      class="number"
      autocomplete="off"
      spellcheck={false}
      aria-label={words.box(name, row + 1, column + 1)}
      aria-invalid={problem !== undefined}
      aria-describedby={problem}
      data-testid="control-box"
      data-dirty={draft.dirty || undefined}
      style={{ width: `calc(${Math.max(control.width ?? WIDTH, 2)}ch + 14px)` }}
      value={draft.text}
      onInput={(event) => draft.type(event.currentTarget.value)}
      onFocus={(event) => event.currentTarget.select()}
      onKeyDown={press}
      onPaste={paste}
      onBlur={draft.take}
    />
  );
}
