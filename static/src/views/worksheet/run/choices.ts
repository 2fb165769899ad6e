/** How the cells of a worksheet run, by choice of this browser. */

import type { Worksheet } from "../../../document/worksheet";
import type { Bench } from "../../../workbench/parts";
import { Choice } from "./choice";

export interface Choices {
  /** Whether cells that were asked for together go on behind one that fails. */
  readonly goOn: Choice;
  /** Whether the page goes along with the cell that runs. */
  readonly follow: Choice;
}

const all = new WeakMap<Worksheet, Choices>();

export function choicesOf({ worksheet }: Bench): Choices {
  let found = all.get(worksheet);
  if (found === undefined) {
    found = { goOn: new Choice("sagews.go-on", worksheet.id), follow: new Choice("sagews.follow", worksheet.id) };
    worksheet.runs.goesOn = found.goOn.on.peek();
    all.set(worksheet, found);
  }
  return found;
}
