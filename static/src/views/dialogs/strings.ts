/** Words of the dialogs. Another language is another table of this shape. */

export const words = {
  palette: "Search or run a command",
  nothingFound: "Nothing has this name. Commands, sections and worksheets are searched here; Ctrl-F finds what is written in cells.",
  keysTitle: "Keys",
  keysCommand: "In the sheet (Esc)",
  keysBoth: "Everywhere",
  keysNote: "Esc leaves a cell, Enter goes into it. In a cell, Tab completes and Shift-Tab explains.",
  shareTitle: "Share this workspace",
  shareEmail: "Email of their account here",
  shareNote: {
    viewer: "They find the workspace under “Shared with me”, and read its worksheets and its history. They run and change nothing.",
    editor: "They find the workspace under “Shared with me”. They change worksheets and run cells, and everybody sees each change at once.",
    owner: "Owners may do everything: share the workspace, rename it and delete it.",
  } as Record<string, string>,
  roles: { viewer: "May read", editor: "May edit and run", owner: "Owner" } as Record<string, string>,
  role: "Role",
  invite: "Share",
  removePerson: (name: string) => `Take ${name}'s access away`,
};
