/** Words of the dialogs. Another language is another table of this shape. */

export const words = {
  palette: "Search or run a command",
  nothingFound: "Nothing has this name. Commands, sections and worksheets are searched here, not what is written in cells.",
  keysTitle: "Keys",
  keysCommand: "In the sheet (Esc)",
  keysBoth: "Everywhere",
  keysNote: "Esc leaves a cell, Enter goes into it. In a cell, Tab completes and Shift-Tab explains.",
  shareTitle: "Share this workspace",
  shareEmail: "Email of somebody with an account here",
  roles: { viewer: "May read", editor: "May edit and run", owner: "Owner" } as Record<string, string>,
  role: "Role",
  invite: "Share",
  removePerson: (name: string) => `Take ${name}'s access away`,
};
