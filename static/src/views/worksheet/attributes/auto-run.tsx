/** Cells that run when the worksheet is opened: for whoever trusts it, at once; everybody else is asked. Nothing runs of its own accord. */

import { useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useState } from "preact/hooks";
import type { Worksheet } from "../../../document/worksheet";
import { IconButton } from "../../../ui/basics";
import { useParts } from "../../../workbench/parts";
import { isTrusted, trust } from "./trust";
import { words } from "./strings";

type Shown = { kind: "asking" | "ran"; ids: readonly string[] } | null;

export function AutoRun(): JSX.Element | null {
  const { worksheet } = useParts();
  const [shown, setShown] = useState<Shown>(null);
  const person = worksheet.link.welcome.value?.user.id ?? "";
  const [begun] = useState({ by: "" });
  useSignalEffect(() => {
    if (!worksheet.loaded.value || begun.by === worksheet.id) return;
    begun.by = worksheet.id;
    // Once the sheet is shown, which it is not for what this effect has read.
    queueMicrotask(() => setShown(opened(worksheet)));
  });
  if (shown === null || shown.ids.length === 0) return null;
  const close = () => setShown(null);
  const run = () => {
    worksheet.run(dueCells(worksheet));
    close();
  };
  const always = () => {
    trust(person, worksheet.id, textsOf(worksheet));
    run();
  };
  const askAgain = () => {
    trust(person, worksheet.id, null);
    close();
  };
  const asking = shown.kind === "asking";
  return (
    <div class="notice asks" role="status" data-testid="auto-run">
      <span>{(asking ? words.autoAsk : words.ran)(shown.ids.length)}</span>
      {asking ? (
        <>
          <button type="button" class="btn p" data-testid="auto-run-now" onClick={run}>{words.run}</button>
          <button type="button" class="btn" data-testid="auto-run-always" onClick={always}>{words.always}</button>
          <button type="button" class="btn" data-testid="auto-run-not" onClick={close}>{words.notNow}</button>
        </>
      ) : (
        <>
          <button type="button" class="btn" data-testid="auto-run-ask" onClick={askAgain}>{words.askAgain}</button>
          <IconButton icon="close" label={words.dismiss} onClick={close} />
        </>
      )}
    </div>
  );
}

function opened(worksheet: Worksheet): Shown {
  const ids = worksheet.mayRun.peek() ? dueCells(worksheet) : [];
  const person = worksheet.link.welcome.peek()?.user.id ?? "";
  if (ids.length === 0 || !isTrusted(person, worksheet.id, textsOf(worksheet))) return { kind: "asking", ids };
  worksheet.run(ids);
  return { kind: "ran", ids };
}

/** The cells that are to run, but for those that did in this session, as they stand, or do now. */
export function dueCells({ runs, session, sheet }: Worksheet): string[] {
  const busy = new Set(runs.busy.peek().map(({ run }) => run.cell));
  return autoCells(sheet).filter((id) => {
    const run = runs.results.peek().get(id)?.run;
    if (run === undefined) return true;
    const ended = Date.parse(run.finished ?? run.started ?? run.queued);
    return !busy.has(id) && (run.hash !== sheet.hashOf(id) || ended < session.began.peek());
  });
}

/** What is trusted: which cells run, with which texts, in which order. */
export function textsOf({ sheet }: Worksheet): string {
  return autoCells(sheet).map((id) => `${id} ${sheet.hashOf(id)}`).join("\n");
}

function autoCells(sheet: Worksheet["sheet"]): string[] {
  return sheet.cells.peek().filter(({ flags, type }) => type === "code" && flags["auto"] === true).map(({ id }) => id);
}
