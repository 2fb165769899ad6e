/** Words of widgets, which come with the first of them. Another language is another table of this shape. */

export const words = {
  page: (place: number) => `Page ${place}`,
  pages: "Pages",
  notANumber: "Type a number.",
  notWhole: "Type a whole number.",
  atLeast: (least: number) => `Type a number from ${least} on.`,
  atMost: (most: number) => `Type a number up to ${most}.`,
  between: (least: number, most: number) => `Type a number from ${least} to ${most}.`,
  notAChoice: "Choose one of the list.",
  notADay: "Choose one of the days that are offered.",
  play: "Play",
  pause: "Pause",
  toStart: "Back to the start",
  repeat: "Repeat",
  picture: "Picture",
  good: "Valid",
  bad: "Not valid",
  progress: "Progress",
  tooMuch: "These widgets stand in each other so often that they can't be shown: show each of them in fewer places.",
};
