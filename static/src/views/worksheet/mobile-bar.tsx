/** Small screens: a row of signs that phones hide, and one large Run. */

import "../../common";
import type { JSX } from "preact";
import { strings } from "../../strings";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { useParts } from "../../workbench/parts";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = { runCell: "Run cell", noCell: "Tap a cell to run it" };

const SIGNS = ["(", ")", "[", "^", "*", "_", "=", ":"];

export function MobileBar(): JSX.Element | null {
  const { actions, commands, focus, mounted, panels, worksheet } = useParts();
  const editing = focus.editing.value;
  const editor = () => (editing === null ? undefined : mounted.editors.get(editing));
  const keep = (event: Event) => event.preventDefault();
  const busy = worksheet.runs.busy.value.length > 0;
  const inserts = ["insertBelow", "insertText", "insertSection"].map((id) => {
    const command = commands.find((each) => each.id === id)!;
    return { label: command.title, run: command.run };
  });
  if (!worksheet.mayRun.value && !worksheet.mayEdit.value) return null;
  return (
    <div class="mobile-bar" onMouseDown={keep}>
      {editing !== null && (
        <div class="signs">
          <button type="button" onClick={() => editor()?.indent()}>
            Tab
          </button>
          {SIGNS.map((sign) => (
            <button key={sign} type="button" onClick={() => editor()?.insert(sign)}>
              {sign}
            </button>
          ))}
        </div>
      )}
      <div class="act">
        <Menu label={strings.insertHere} class="btn" button={<Icon name="plus" />} entries={inserts} testId="mobile-insert" />
        {busy ? (
          <button type="button" class="btn p" data-testid="mobile-stop" onClick={() => worksheet.session.interrupt()}>
            <Icon name="stop" />
            {strings.stop}
          </button>
        ) : (
          <button type="button" class="btn p" data-testid="mobile-run" disabled={focus.active.value === null} onClick={() => actions.runAndGoOn()}>
            <Icon name="play" />
            {focus.active.value === null ? words.noCell : words.runCell}
          </button>
        )}
        <button type="button" class="btn" aria-label={strings.history} onClick={() => panels.toggle("history")}>
          <Icon name="history" />
        </button>
      </div>
    </div>
  );
}
