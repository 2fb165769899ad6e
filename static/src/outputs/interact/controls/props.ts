/** What every control is given. */

import type { Kind, Of, Value } from "../controls";
import type { Interact } from "../interact";

export interface ControlProps<K extends Kind> {
  control: Of<K>;
  value: Value;
  interact: Interact;
  /** Of the element that the label names. */
  id: string;
  /** The label as screen readers say it, for parts of a control. */
  name: string;
  /** The element that says what is wrong with the value; undefined when nothing is. */
  problem: string | undefined;
  /** Say that what was typed can't be; null: it can. */
  complain: (problem: string | null) => void;
}
