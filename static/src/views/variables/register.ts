/** What the cells have made, beside the sheet: names with type, size and value. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({ id: "variables", commands: ({ panels: shown }) => [command("variables", strings.commands.variables, () => shown.toggle("variables"), "Ctrl-Alt-v")] });
panels.add({ id: "variables", place: "beside", load: () => import("./variables").then((module) => module.Variables) });
