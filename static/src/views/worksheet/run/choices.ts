/** How the cells of a worksheet run, by choice of this browser, and the commands that choose it. */

import { useEffect } from "preact/hooks";
import type { Worksheet } from "../../../document/worksheet";
import type { Command } from "../../../workbench/keys";
import { useParts, type Bench, type Parts } from "../../../workbench/parts";
import { words } from "../later-strings";
import { goToQuestion, QUESTION_KEYS } from "./asking";
import { Choice } from "./choice";
import { FAILURE_KEYS, goToFailure } from "./section-totals";

export interface Choices {
  /** Whether cells that were asked for together go on behind one that fails. */
  readonly goOn: Choice;
}

const all = new WeakMap<Worksheet, Choices>();

export function choicesOf({ worksheet }: Bench): Choices {
  let found = all.get(worksheet);
  if (found === undefined) {
    found = { goOn: new Choice("sagews.go-on", worksheet.id) };
    worksheet.runs.goesOn = found.goOn.on.peek();
    all.set(worksheet, found);
  }
  return found;
}

/** The commands of this part; the page adds them to its own when it comes. */
export function runCommands(bench: Bench): readonly Command[] {
  // Made here: what `workbench/commands.ts` is in comes with the page, and sharing it would be one more file.
  return [
    { id: "goOn", title: words.goOn, run: () => switchGoOn(bench), bindings: [] },
    { id: "goToFailure", title: words.goToFailure, run: () => goToFailure(bench), bindings: [{ keys: FAILURE_KEYS }] },
    { id: "goToQuestion", title: words.goToQuestion, run: () => goToQuestion(bench), bindings: [{ keys: QUESTION_KEYS }] },
  ];
}

function switchGoOn(bench: Bench): void {
  const { notices, runs } = bench.worksheet;
  runs.goesOn = choicesOf(bench).goOn.toggle();
  notices.show(runs.goesOn ? words.goesOn : words.stops);
}

/** The parts with the commands of this part among theirs. */
export function withRunCommands(parts: Parts): Parts {
  const { commands } = parts;
  if (!commands.some(({ id }) => id === "goOn")) commands.push(...runCommands(parts));
  return parts;
}

/** See to it that what was chosen holds, for as long as a worksheet is shown. */
export function useChoices(): void {
  const parts = useParts();
  useEffect(() => {
    choicesOf(withRunCommands(parts));
  }, [parts]);
}
