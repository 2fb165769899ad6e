/** Words of importing and downloading. Another language is another table of this shape. */

import { plural } from "../../strings";

export const words = {
  importTitle: "Import a worksheet",
  importNote: "From Jupyter (.ipynb), CoCalc (.sagews), the Sage notebook (.sws), a script (.sage, .py) or Markdown (.md). A notebook stays one, and is saved as one; all others become a new worksheet here. Nothing in them is run.",
  file: "File, or drop one on the page",
  sending: (name: string, share: string) => `Sending ${name}, ${share}`,
  reading: (name: string) => `Reading ${name}`,
  tooLarge: "This file is larger than 16 MB. Clear its outputs in the program that it comes from, or split it.",
  unreadable: "Your browser can't read this file. Choose it again.",
  imported: (title: string) => `${title} is imported, but not all of it could be taken over:`,
  open: "Open the worksheet",
  leftOut: {
    outputs: (count: number) => `${plural(count, "output", "outputs")} of a kind that is not known here`,
    "large-outputs": (count: number) => `${plural(count, "output", "outputs")} too large to be kept`,
    "raw-cells": (count: number) => `${plural(count, "raw cell is", "raw cells are")} shown as text`,
    "unknown-cells": (count: number) => `${plural(count, "cell", "cells")} of a kind that is not known here`,
    attachments: (count: number) => `Pictures attached to ${plural(count, "text", "texts")}`,
    pictures: (count: number) => `${plural(count, "picture", "pictures")} that the file names and does not hold`,
    programs: (count: number) => `${plural(count, "interactive output", "interactive outputs")}`,
    files: (count: number) => `${plural(count, "data file", "data files")}`,
    notebook: () => "It became a worksheet: a notebook like this could not be saved again with all that is in it",
    language: () => "It is written for another system than Sage and Python: its code came as it is",
  } as Record<string, (count: number) => string>,
  other: (count: number) => `${plural(count, "thing", "things")} more`,
  exportTitle: "Download the worksheet",
  formats: {
    notebook: ["Jupyter notebook", ".ipynb, with outputs"],
    page: ["Web page", ".html, with outputs: one file for reading, without a network"],
    slides: ["Slides", ".html, a slide for each heading, also for print"],
    worksheet: ["Worksheet", ".sage.md, to be imported elsewhere"],
    markdown: ["Markdown", ".md, plain"],
    sage: ["Sage script", ".sage, cells behind # %%"],
    python: ["Python script", ".py, cells behind # %%"],
  } as Record<string, readonly [string, string]>,
  preparing: "Preparing the file",
  receiving: (name: string, share: string) => `Receiving ${name}, ${share}`,
  completing: "Setting formulas and adding what turns plots",
  downloaded: (name: string) => `${name} is with your browser’s downloads.`,
  shortened: (count: number) => `Long outputs are shortened: ${plural(count, "piece is", "pieces are")} not in it.`,
};
