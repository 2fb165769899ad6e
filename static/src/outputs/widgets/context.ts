/** What each part of a tree of widgets is given: the controls by their names, and how one of them is shown. */

import { createContext, type JSX } from "preact";
import type { Control } from "../interact/controls";
import type { Interact } from "../interact/interact";

export interface Tree {
  readonly interact: Interact;
  readonly controls: ReadonlyMap<string, Control>;
  /** Shows a control by its name, within those that hold it. */
  readonly Node: (props: { name: string; within: readonly string[] }) => JSX.Element | null;
}

export const TreeContext = createContext<Tree | null>(null);
