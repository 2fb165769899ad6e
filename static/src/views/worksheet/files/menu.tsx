/** What can be done with one of the sidebar's worksheets. */

import type { JSX } from "preact";
import { nameOf } from "../../../document/paths";
import type { DocumentEntry } from "../../../net/messages";
import { strings } from "../../../strings";
import { Icon } from "../../../ui/icons";
import { Menu } from "../../../ui/menu";
import { useParts } from "../../../workbench/parts";

export function FileMenu({ entry, onAsk }: { entry: DocumentEntry; onAsk: (kind: "rename" | "remove") => void }): JSX.Element {
  const { files, panels, worksheet } = useParts();
  const entries = [
    { label: strings.rename, run: () => (entry.id === worksheet.id ? panels.show("renameWorksheet") : onAsk("rename")) },
    ...(files.documents.value.length > 1 ? [{ label: strings.remove, run: () => onAsk("remove") }] : []),
  ];
  return <Menu label={strings.actionsFor(nameOf(entry.path))} button={<Icon name="more" />} entries={entries} />;
}
