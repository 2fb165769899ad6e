/** Words of documentation. Another language is another table of this shape. */

export const words = {
  of: (name: string) => `Documentation of ${name}`,
  sourceOf: (name: string) => `Source of ${name}`,
  example: "Example",
  copy: "Copy",
  copied: "Copied",
  insert: "Insert as cell",
  line: (file: string, line: number) => (line > 0 ? `${file}, line ${line}` : file),
  none: "There is no documentation.",
};
