/** Words of the dialog for tags. Another language is another table of this shape. */

import { plural } from "../../../strings";

export const words = {
  title: "Tags",
  label: (count: number) => (count === 1 ? "Tags of this cell" : `Tags that all ${count} cells have`),
  placeholder: "exercise, homework",
  note: "Letters of the Latin alphabet, digits, - and _, up to 26 each and 16 for a cell; apart by commas or blanks.",
  bad: "One of these is no tag: letters of the Latin alphabet, digits, - and _, up to 26 each, at most 16.",
  save: "Set tags",
  all: "In this worksheet",
  none: "No cell has a tag yet.",
  count: (count: number) => plural(count, "cell", "cells"),
  choose: "Choose",
  run: "Run",
  hide: "Hide code",
  show: "Show code",
  forTag: (what: string, tag: string) => `${what}: ${tag}`,
};
