/** The words of the dialogs about worksheets, which come with these. */

export const fileWords = {
  worksheetName: "Name of the worksheet",
  renameWorksheet: "Rename the worksheet",
  deleteWorksheet: (name: string) => `Delete ${name}? The history keeps it.`,
};
