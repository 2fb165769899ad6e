/** An interact: controls around the output that they make. It comes with the first one. */

import type { ComponentChildren, JSX } from "preact";
import { ControlView } from "./controls/control";
import { Frame, type FrameProps } from "./frame";
import type { Interact } from "./interact";
import type { Placed, Row, Side } from "./layout";
import { Steady } from "./steady";
import { words } from "./strings";

interface Props extends FrameProps {
  /** Between controls and output: what concerns all of them. */
  notes?: ComponentChildren;
  /** In the corner. */
  menu?: ComponentChildren;
  children: ComponentChildren;
}

export function Panel({ notes, menu, children, ...frame }: Props): JSX.Element {
  const { interact, locked } = frame;
  const { top, left, right, bottom } = interact.layout.value;
  const zone = (side: Side, rows: readonly Row[]) => (
    <fieldset class={`zone ${side}`} disabled={locked !== null} key={side} onClick={(event) => event.stopPropagation()}>
      {rows.map((row, index) => (
        <RowOf key={index} row={row} interact={interact} />
      ))}
      {side === "top" && !interact.auto.value && <Update interact={interact} />}
    </fieldset>
  );
  const shows = { top: top.length > 0 || !interact.auto.value, left: left.length > 0, right: right.length > 0, bottom: bottom.length > 0 };
  return (
    <Frame {...frame} class={["interact", shows.left ? "has-left" : "", shows.right ? "has-right" : ""].filter(Boolean).join(" ")}>
      {menu}
      {shows.top && zone("top", top)}
      {shows.left && zone("left", left)}
      <div class="middle">
        {locked !== null && <p class="locked" data-testid="interact-locked">{locked}</p>}
        {notes}
        <Steady busy={interact.busy.value}>{children}</Steady>
      </div>
      {shows.right && zone("right", right)}
      {shows.bottom && zone("bottom", bottom)}
    </Frame>
  );
}

/** Those behind the first one share its line; where somebody gave widths, each has its share. */
function RowOf({ row, interact }: { row: Row; interact: Interact }): JSX.Element {
  const view = ({ control, width }: Placed, others?: ComponentChildren) => (
    <ControlView key={`${control.name} ${control.kind}`} control={control} width={width} interact={interact}>
      {others}
    </ControlView>
  );
  const [first, ...others] = row;
  if (row.some(({ width }) => width !== null)) return <div class="shares">{row.map((placed) => view(placed))}</div>;
  return view(first!, others.map((placed) => view(placed)));
}

function Update({ interact }: { interact: Interact }): JSX.Element {
  return (
    <div class="control">
      <button type="button" class={interact.due.value ? "btn p" : "btn"} data-testid="interact-update" onClick={() => interact.update()}>
        {words.update}
      </button>
    </div>
  );
}
