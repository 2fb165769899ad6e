/** The tools of the active cell. They stay in sight for as long as any of the cell is. */

import type { JSX } from "preact";
import type { CellInfo } from "../../../document/outline";
import { strings } from "../../../strings";
import { IconButton, keepFocus } from "../../../ui/basics";
import { Icon } from "../../../ui/icons";
import { Menu } from "../../../ui/menu";
import { keyLabel } from "../../../workbench/keys";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";

export function CellTools({ cell }: { cell: CellInfo }): JSX.Element | null {
  const { actions, commands, worksheet } = useParts();
  const hint = (id: string) => keyLabel(commands.find((command) => command.id === id)?.bindings[0]?.keys ?? "");
  const entry = (id: string) => {
    const command = commands.find((each) => each.id === id)!;
    return { label: command.title, run: command.run, hint: hint(id) };
  };
  const kinds = { code: ["toText", "toSection"], text: ["toCode", "toSection"], section: ["toText", "deeper", "shallower", "chooseSection", "hideInput", "foldOutput"] };
  const own = worksheet.link.welcome.value?.role === "owner" ? ["protect"] : [];
  const others = ["insertAbove", "insertBelow", "moveUp", "moveDown", ...kinds[cell.type], ...(cell.type === "code" ? ["hideInput", "foldOutput", "clearOutput"] : []), "tags", ...(cell.type === "text" ? [] : ["autoRun"]), ...own, "remove"];
  if (!worksheet.mayEdit.value && !worksheet.mayRun.value) return null;
  return (
    <div class="tools" onMouseDown={keepFocus}>
      <div role="toolbar" aria-label={strings.moreActions}>
        {cell.type !== "text" && worksheet.mayRun.value && (
          <button type="button" class="go" title={`${words.run} (${hint(cell.type === "section" ? "runSection" : "runHere")})`} data-testid={cell.type === "section" ? "run-section" : "run"} onClick={() => actions.runHere()}>
            <Icon name="play" />
            {cell.type === "section" ? words.runSection : words.run}
          </button>
        )}
        {cell.type === "code" && worksheet.mayRun.value && <IconButton icon="section" label={words.runSection} testId="run-section" onClick={() => actions.runSection()} />}
        {worksheet.mayEdit.value && (
          <>
            <i class="grip" title={words.drag} />
            <IconButton icon="copy" label={words.duplicate} onClick={() => actions.duplicate()} />
            <Menu label={strings.moreActions} button={<Icon name="more" />} entries={others.map(entry)} testId="cell-menu" />
          </>
        )}
      </div>
    </div>
  );
}
