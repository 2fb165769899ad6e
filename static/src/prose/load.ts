/** Loads what typesets, once. */

let math: Promise<typeof import("./math")> | null = null;
let markdown: Promise<typeof import("./markdown")> | null = null;

export function loadMath(): Promise<typeof import("./math")> {
  return (math ??= import("./math"));
}

export function loadMarkdown(): Promise<typeof import("./markdown")> {
  return (markdown ??= import("./markdown"));
}
