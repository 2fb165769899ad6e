/** The worksheet as a page of text, code and output: the view that a worksheet opens in. */

import { carryWith } from "../../document/worksheet";
import { assistWith } from "../../editor/load";
import { patiently } from "../../patience";
import { commandSets } from "../../workbench/commands";
import { panels } from "../../workbench/panels";
import { views } from "../../workbench/views";
import { cellCommands } from "./commands/commands";
import { Layout } from "./layout";
import { words } from "./strings";

commandSets.add({ id: "cells", commands: cellCommands });
const later = () => patiently(() => import("./later"));
assistWith(later);
carryWith(later);
const questions = () => import("./session-dialogs");
panels.add({ id: "restart", place: "over", load: () => questions().then((module) => module.AskRestart) });
panels.add({ id: "restartAndRunAll", place: "over", load: () => questions().then((module) => module.AskRestartAndRunAll) });
panels.add({ id: "renameWorksheet", place: "over", load: () => import("./files/dialogs").then((module) => module.RenameThis) });
panels.add({ id: "tags", place: "over", load: () => import("./attributes/tags-dialog").then((module) => module.TagsDialog) });
panels.add({ id: "stopSession", place: "over", load: () => questions().then((module) => module.AskStop) });
// This one is needed at once: it comes with the page instead of after it.
views.add({ id: "worksheet", title: words.views.worksheet, load: () => Layout });
