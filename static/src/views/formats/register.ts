/** Worksheets from files of other programs, and files for those. */

import { strings } from "../../strings";
import { command, commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";

const names = strings.commands;

commandSets.add({
  id: "formats",
  commands: ({ panels: shown, worksheet }) => [
    command("importFile", names.importFile, () => worksheet.mayEdit.value && shown.show("importFile")),
    command("exportFile", names.exportFile, () => shown.show("exportFile")),
  ],
});
const dialogs = () => import("./panels");
panels.add({ id: "importFile", place: "over", load: () => dialogs().then((module) => module.ImportDialog) });
panels.add({ id: "exportFile", place: "over", load: () => dialogs().then((module) => module.ExportDialog) });
