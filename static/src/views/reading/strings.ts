/** Words of the reading view. Another language is another table of this shape. */

export const words = {
  bar: "Reading view",
  smaller: "Smaller (−)",
  larger: "Larger (+)",
  size: (percent: number) => `${percent} %`,
  code: "Show the code (C)",
  fromTheRight: "Text from right to left",
  print: "Print",
  end: "Back to writing (Esc)",
};
