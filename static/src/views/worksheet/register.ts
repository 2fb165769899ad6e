/** The worksheet as a page of text, code and output: the view that a worksheet opens in. */

import { commandSets } from "../../workbench/commands";
import { views } from "../../workbench/views";
import { cellCommands } from "./commands";
import { Layout } from "./layout";
import { words } from "./strings";

commandSets.add({ id: "cells", commands: cellCommands });
// This one is needed at once: it comes with the page instead of after it.
views.add({ id: "worksheet", title: words.views.worksheet, load: () => Layout });
