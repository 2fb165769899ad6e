/** Small chips above a cell: its tags, that it is protected, that it runs when the worksheet is opened. */

import type { JSX } from "preact";
import type { CellInfo } from "../../../document/outline";
import { useParts } from "../../../workbench/parts";
import { chooseTagged } from "./choosing";
import { tagsOf } from "./tags";
import { words } from "./strings";

export function Marks({ cell }: { cell: CellInfo }): JSX.Element | null {
  const parts = useParts();
  const tags = tagsOf(cell);
  const [isProtected, auto] = [cell.flags["protected"] === true, cell.flags["auto"] === true && cell.type === "code"];
  if (tags.length === 0 && !isProtected && !auto) return null;
  return (
    <div class="marks">
      {isProtected && <span title={words.protectedTitle}>{words.protected}</span>}
      {auto && <span title={words.autoTitle}>{words.auto}</span>}
      {tags.map((tag) => (
        <button key={tag} type="button" title={words.chooseTagged(tag)} aria-label={words.chooseTagged(tag)} data-testid="tag" onClick={() => chooseTagged(parts, tag)}>
          {tag}
        </button>
      ))}
    </div>
  );
}
