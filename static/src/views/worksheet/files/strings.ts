/** The words of the dialogs about worksheets, which come with these. */

export const fileWords = {
  worksheetName: "Name of the worksheet",
  title: "Title",
  fileName: "File",
  whatNamesAre: "The title stands above the worksheet and in lists. The file is what other cells, Git and the terminal know it by.",
  renameWorksheet: "Rename the worksheet",
  deleteWorksheet: (name: string) => `Delete ${name}? The history keeps it.`,
};
