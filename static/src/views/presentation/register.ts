/** The worksheet as slides whose cells live: a panel that takes the whole page. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({ id: "present", commands: ({ panels: shown }) => [command("present", strings.commands.present, () => shown.toggle("present"), "Ctrl-Alt-p")] });
panels.add({ id: "present", place: "around", load: () => import("./presentation").then((module) => module.Presentation) });
