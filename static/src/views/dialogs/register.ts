/** The dialogs that every view has: the palette, the key list, sharing; and the ways out of the worksheet. */

import { go } from "../../router";
import { strings } from "../../strings";
import { switchTheme } from "../../theme";
import { chosen, command, commandSets, everywhere } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

const names = strings.commands;

commandSets.add({
  id: "dialogs",
  commands: ({ panels: shown }) => [
    command("palette", names.palette, () => shown.toggle("palette"), everywhere("Ctrl-k")),
    command("keys", names.keys, () => shown.toggle("keys"), chosen("?")),
    command("share", names.share, () => shown.show("share")),
    command("theme", names.theme, switchTheme),
    command("workspaces", names.workspaces, () => go("/workspaces")),
    command("settings", names.settings, () => go("/settings")),
  ],
});
panels.add({ id: "palette", place: "over", load: () => import("./panels").then((module) => module.Palette) });
panels.add({ id: "keys", place: "over", load: () => import("./panels").then((module) => module.KeyList) });
panels.add({ id: "share", place: "over", load: () => import("./panels").then((module) => module.ShareDialog) });
