/** Words of the list of variables. Another language is another table of this shape. */

export const words = {
  title: "Variables",
  columns: { name: "Name", kind: "Type", extent: "Size", value: "Value" } as Record<string, string>,
  none: "No cell has made a variable yet.",
  noSession: "There is no session. Run a cell, and what it makes is listed here.",
  busy: "The list is made anew when the session has finished.",
  more: (count: number) => `${count} more are not listed.`,
  show: (name: string) => `Show ${name} in a new cell`,
  plot: (name: string) => `Plot ${name} in a new cell`,
  forget: (name: string) => `Delete ${name} in a new cell`,
  actions: (name: string) => `What to do with ${name}`,
  refresh: "Look again",
};
