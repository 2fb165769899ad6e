/** Both dialogs, in one file that comes when one of them is opened. */

import "../../common";

export { ExportDialog } from "./export-dialog";
export { ImportDialog } from "./import-dialog";
