/** Finding and replacing, in one file that comes with the first Ctrl-F. */

import "../../common";

export { FindBar, ReplaceBar } from "./find-bar";
