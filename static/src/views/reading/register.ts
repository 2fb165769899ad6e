/** The worksheet as something to read: without code, larger or smaller, from either side, and on paper. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({ id: "read", commands: ({ panels: shown }) => [command("read", strings.commands.read, () => shown.toggle("read"), "Ctrl-Alt-r")] });
panels.add({ id: "read", place: "around", load: () => import("./reading").then((module) => module.Reading) });
