/** Where a caret goes when an editor opens. */

export type Caret = "start" | "end" | number;
