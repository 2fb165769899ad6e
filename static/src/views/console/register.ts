/** The worksheet as a command line: one types at its end, and what was typed stays above with what came of it. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({ id: "console", commands: ({ panels: shown }) => [command("console", strings.commands.console, () => shown.toggle("console"), "Ctrl-Alt-c")] });
panels.add({ id: "console", place: "around", load: () => import("./console").then((module) => module.Console) });
