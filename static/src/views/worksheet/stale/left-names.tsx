/** Names that deleted cells have left in the session, with a button that removes them. */

import { computed } from "@preact/signals";
import type { JSX } from "preact";
import { useMemo, useState } from "preact/hooks";
import { leftNames } from "../../../document/names/staleness";
import { IconButton } from "../../../ui/basics";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";
import { Notice } from "../../../ui/notice";
import { marksOf } from "./marks";

/** As many as are named, and as many as the server takes at once. */
const NAMED = 6;
const AT_ONCE = 100;

export function LeftNames(): JSX.Element | null {
  const parts = useParts();
  const { actions, worksheet } = parts;
  const [read, setRead] = useState<ReadonlySet<string>>(new Set());
  const left = useMemo(
    () =>
      computed(() => {
        // What was cut is about to be pasted, and keeps its id.
        const cut = actions.copied.value.flatMap(({ id }) => (id === undefined ? [] : [id]));
        return leftNames(new Set([...worksheet.sheet.cells.value.map((cell) => cell.id), ...cut]), marksOf(parts).known);
      }),
    [parts],
  );
  const names = left.value.filter((name) => !read.has(name));
  if (names.length === 0 || !worksheet.mayRun.value) return null;
  const remove = () => {
    const asked = worksheet.link.ask<"names_removed">({ type: "remove_names", document: worksheet.id, names: names.slice(0, AT_ONCE) });
    asked.then(
      (answer) => worksheet.notices.announce(words.namesRemoved(answer.names.length)),
      (error: Error) => worksheet.notices.show(error.message),
    );
  };
  return (
    <Notice testId="left-names">
      <span>{words.leftNames(names.slice(0, NAMED), names.length - NAMED)}</span>
      <button type="button" class="btn" data-testid="remove-names" onClick={remove}>
        {words.removeNames}
      </button>
      <IconButton icon="close" label={words.dismiss} onClick={() => setRead(new Set([...read, ...names]))} />
    </Notice>
  );
}
