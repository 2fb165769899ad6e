/** What a worksheet needs right behind its first paint, in one file: notices, the tools of the active cell, the editor's help. */

import "../../common";

export { carryOver } from "../../document/carry-over";
export { assist, tab } from "../../editor/assistance";
export { AccountMenu } from "../../ui/account-menu";
export { chooseTagged } from "./attributes/choosing";
export { Marks } from "./attributes/marks";
export { cellsByTag, commonTags, tagChanges, typedTags } from "./attributes/tags";
export { CellTools } from "./cells/cell-tools";
export { InsertButtons } from "./cells/insert-buttons";
export { Questions } from "./cells/question";
export { Running } from "./cells/running";
export { Asks } from "./run/asking";
export { SectionTotals } from "./run/section-totals";
export { askingOf } from "./help/asking";
export { Crumb } from "./crumb";
export { FileMenu } from "./files/menu";
export { Notices } from "./notices";
export { SheetMenu } from "./sheet-menu";
export { nameWorkspace } from "./cells/naming";
export { StatusParts } from "./status/status-parts";
