/** What can be done with the whole worksheet and its session, behind the buttons for both. */

import type { ReadonlySignal } from "@preact/signals";
import type { JSX } from "preact";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { keyLabel } from "../../workbench/keys";
import { useParts } from "../../workbench/parts";
import { words } from "./later-strings";
import { choicesOf } from "./run/choices";
import { withRunCommands } from "./run/commands";
import { marksOf } from "./stale/marks";

export function SheetMenu(): JSX.Element {
  const parts = withRunCommands(useParts());
  const { commands, socket } = parts;
  const chosen: Readonly<Record<string, ReadonlySignal<boolean>>> = { goOn: choicesOf(parts).goOn.on, follow: choicesOf(parts).follow.on, reactive: marksOf(parts).reactive.on };
  const own = socket.welcome.value?.role === "owner" ? ["share"] : [];
  const shown = ["runAll", "goOn", "follow", "reactive", "runAbove", "runStale", "restart", "restartAndRunAll", "stopSession", "save", "nameVersion", "importFile", "exportFile", "variables", "console", "groups", "read", "present", ...own, "keys"];
  const entries = shown.map((id) => {
    const { bindings, run, title } = commands.find((command) => command.id === id)!;
    return { label: title, run, hint: keyLabel(bindings[0]?.keys ?? ""), checked: chosen[id]?.value };
  });
  return <Menu label={words.more} button={<Icon name="more" />} entries={entries} testId="sheet-menu" />;
}
