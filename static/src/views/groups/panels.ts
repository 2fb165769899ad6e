/** What the cell groups need, in one file that comes when any of it is asked for. */

import "../../common";

export { Groups } from "./groups";
export { outputToInput } from "./output-to-input";
