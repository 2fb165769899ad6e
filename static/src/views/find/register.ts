/** Finding a text in the worksheet, and putting another in its place. */

import { strings } from "../../strings";
import { command, commandSets, everywhere } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({
  id: "find",
  commands: ({ panels: shown }) => [
    command("find", strings.commands.find, () => shown.show("find"), everywhere("Ctrl-f")),
    command("replace", strings.commands.replace, () => shown.show("replace"), everywhere("Ctrl-h")),
  ],
});
panels.add({ id: "find", place: "over", load: () => import("./panels").then((module) => module.FindBar) });
panels.add({ id: "replace", place: "over", load: () => import("./panels").then((module) => module.ReplaceBar) });
