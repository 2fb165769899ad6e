/** Words of the editor's help, which come with it. */

export const words = {
  inSheet: "in this worksheet",
  whyNot: {
    "no-session": "There is no session yet: run a cell, then Tab completes and Shift-Tab explains.",
    busy: "The running cell keeps the session from answering. When it is done, Tab completes and Shift-Tab explains.",
    nothing: "Nothing is known here. A name is known once the line that makes it has run.",
  } as Record<string, string>,
  sources: { running: "Seen while a cell runs", environment: "Known without a session" } as Record<string, string>,
  signature: "What the call takes",
  unknownSignature: "Nobody wrote down what it takes.",
  argument: (name: string, type: string, value: string) =>
    `Argument ${name}${type === "" ? "" : `, ${type}`}${value === "" ? "" : `, ${value} if left out`}`,
};
