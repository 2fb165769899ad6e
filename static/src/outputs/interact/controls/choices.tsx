/** One of several, all of them in sight: a bar of buttons, or round boxes. The arrow keys go from one to the next. */

import type { JSX } from "preact";
import type { Of } from "../controls";
import { Label } from "./label";
import type { ControlProps } from "./props";

/** Longest labels, in characters, with which choices still stand behind one another. */
const SHORT = 24;

export function ButtonBar(props: ControlProps<"buttons">): JSX.Element {
  const { columns } = props.control;
  const style = columns === null ? undefined : { display: "grid", gridTemplateColumns: `repeat(${columns}, auto)` };
  return (
    <span class="segments" style={style}>
      <Choices {...props} />
    </span>
  );
}

export function Radio(props: ControlProps<"radio">): JSX.Element {
  const long = props.control.labels.some((label) => label.length > SHORT);
  return (
    <span class={long ? "rounds long" : "rounds"}>
      <Choices {...props} />
    </span>
  );
}

type Props = Omit<ControlProps<"radio">, "control"> & { control: Of<"buttons"> | Of<"radio"> };

function Choices({ control, value, interact, id }: Props): JSX.Element {
  return (
    <>
      {control.labels.map((label, index) => (
        <label key={index}>
          <input type="radio" name={id} checked={value === index} data-testid="control-choice" onChange={() => interact.set(control.name, index)} />
          <span>
            <Label text={label} />
          </span>
        </label>
      ))}
    </>
  );
}
