/** What a worksheet needs right behind its first paint, in one file: notices, the tools of the active cell, the editor's help. */

import "../../common";

export { carryOver } from "../../document/carry-over";
export { assist, tab } from "../../editor/assistance";
export { CellTools } from "./cells/cell-tools";
export { InsertButtons } from "./cells/insert-buttons";
export { Questions } from "./cells/question";
export { Running } from "./cells/running";
export { Crumb } from "./crumb";
export { Notices } from "./notices";
export { nameWorkspace } from "./cells/naming";
export { StatusParts } from "./status/status-parts";
