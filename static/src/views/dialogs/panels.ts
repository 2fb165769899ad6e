/** The dialogs, in one file that comes when any of them is opened. */

import "../../common";

export { KeyList } from "./key-list";
export { Palette } from "./palette";
export { ShareDialog } from "./share-dialog";
