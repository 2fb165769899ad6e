/** Brackets beside cells and sections, as some notebooks have them: chosen, folded and run as groups; and output that becomes input. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

commandSets.add({
  id: "groups",
  commands: (bench) => [
    command("groups", strings.commands.groups, () => bench.panels.toggle("groups"), "Ctrl-Alt-g"),
    command("outputToInput", strings.commands.outputToInput, () => void import("./panels").then(({ outputToInput }) => outputToInput(bench)), "Ctrl-Shift-l"),
  ],
});
panels.add({ id: "groups", place: "around", load: () => import("./panels").then((module) => module.Groups) });
