/** Words of the presentation. Another language is another table of this shape. */

export const words = {
  bar: "Presentation",
  previous: "Slide before (PageUp)",
  next: "Next slide (PageDown)",
  place: (slide: number, count: number) => `${slide} / ${count}`,
  placeAloud: (slide: number, count: number, heading: string) => `Slide ${slide} of ${count}${heading === "" ? "" : `: ${heading}`}`,
  speaker: "Notes and clock (S)",
  fullScreen: "Full screen (F)",
  print: "Print the slides",
  end: "End the presentation (Esc)",
  follow: "Follow",
  followOwn: "My other pages",
  followNobody: "Nobody",
  notes: "Notes",
  noNotes: "No notes. A text that begins with “Notes:” is shown here, and not to the audience.",
  upNext: "Next",
  last: "This is the last slide",
  elapsed: "Time spoken",
  again: "Start the clock again",
};
