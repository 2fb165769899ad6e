/** The editor as a file that comes by itself, and takes from the page what every page has instead of one request more. */

import "./common";

export * from "./editor/editor";
