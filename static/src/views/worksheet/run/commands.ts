/** The commands of this part; the page adds them to its own when it comes. */

import { useEffect } from "preact/hooks";
import type { Command } from "../../../workbench/keys";
import { useParts, type Bench, type Parts } from "../../../workbench/parts";
import { words } from "../later-strings";
import { goToQuestion, QUESTION_KEYS } from "./asking";
import { choicesOf } from "./choices";
import { goToRunning, switchFollow } from "./follow-running";
import { FAILURE_KEYS, goToFailure } from "./section-totals";

const RUNNING_KEYS = "Ctrl-Alt-j";

export function runCommands(bench: Bench): readonly Command[] {
  // Made here: what `workbench/commands.ts` is in comes with the page, and sharing it would be one more file.
  return [
    { id: "goOn", title: words.goOn, run: () => switchGoOn(bench), bindings: [] },
    { id: "follow", title: words.follow, run: () => switchFollow(bench), bindings: [] },
    { id: "goToRunning", title: words.goToRunning, run: () => goToRunning(bench), bindings: [{ keys: RUNNING_KEYS }] },
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
