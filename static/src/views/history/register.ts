/** The history beside the worksheet, and saving versions into it. */

import { strings } from "../../strings";
import { command, commandSets, everywhere } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

const names = strings.commands;

commandSets.add({
  id: "history",
  commands: ({ actions, panels: shown }) => [
    command("save", names.save, () => void actions.saveVersion(null), everywhere("Ctrl-s")),
    command("nameVersion", names.nameVersion, () => shown.show("name"), everywhere("Ctrl-Shift-s")),
    command("history", names.history, () => shown.toggle("history"), everywhere("Ctrl-Alt-h")),
  ],
});
panels.add({ id: "history", place: "beside", load: () => import("./panels").then((module) => module.History) });
panels.add({ id: "name", place: "over", load: () => import("./panels").then((module) => module.NameVersion) });
