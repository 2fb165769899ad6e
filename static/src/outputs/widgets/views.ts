/** What shows each kind of control in a tree: those of interacts as they are there, but for texts that are said while they are typed. */

import { VIEWS, type Views } from "../interact/controls/control";
import { Combo, DayBox, ListBox, SeveralBox, Toggle } from "./choices";
import { NumberBox, Play, PowerSlider } from "./numbers";
import { Caption, Markup, Progress, Shot, Valid } from "./shown";
import { Secret, TypedText } from "./texts";

export const TREE_VIEWS: Views = {
  ...VIEWS,
  text: { show: TypedText, named: "one" },
  caption: { show: Caption, named: "beside" },
  markup: { show: Markup, named: "beside" },
  picture: { show: Shot, named: "beside" },
  progress: { show: Progress, named: "beside" },
  valid: { show: Valid, named: "beside" },
  number: { show: NumberBox, named: "one" },
  toggle: { show: Toggle, named: "itself" },
  list: { show: ListBox, named: "one" },
  several: { show: SeveralBox, named: "one" },
  combo: { show: Combo, named: "one" },
  secret: { show: Secret, named: "one" },
  date: { show: DayBox, named: "one" },
  log: { show: PowerSlider, named: "one" },
  play: { show: Play, named: "group" },
};
