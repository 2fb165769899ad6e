/** What the history shows, in one file that comes when any of it is opened. */

import "../../common";

export { History } from "./history-panel";
export { NameVersion } from "./name-version";
