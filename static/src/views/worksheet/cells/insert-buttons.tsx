/** The buttons between two cells. */

import type { JSX } from "preact";
import type { CellType } from "../../../document/outline";
import { strings } from "../../../strings";
import { Icon } from "../../../ui/icons";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

const KINDS: readonly CellType[] = ["code", "text", "section"];

export function InsertButtons({ after }: { after: string }): JSX.Element {
  const { actions } = useParts();
  return (
    <span role="group" aria-label={strings.insertHere}>
      {KINDS.map((kind) => (
        <button key={kind} type="button" data-testid={`insert-${kind}`} onClick={() => actions.insert(kind, { after })}>
          <Icon name="plus" />
          {words.kinds[kind]}
        </button>
      ))}
    </span>
  );
}
