/** A picture as a file of one's own, or in the clipboard. */

import type { Size } from "./size";

/** Pixels for one of the screen: enough for paper. */
const SCALE = 3;
/** Pixels across that browsers still draw. */
const MOST = 8000;

const ENDINGS: Readonly<Record<string, string>> = { "image/svg+xml": "svg", "image/png": "png", "image/jpeg": "jpg", "image/gif": "gif", "image/webp": "webp" };

/** The ending of a picture's own form. */
export function endingOf(mime: string): string {
  return ENDINGS[mime] ?? "img";
}

/** A name for the file, of what the picture says of itself: letters and digits of any script. */
export function fileName(alt: string, ending: string): string {
  const words = alt.normalize("NFC").replace(/[^\p{L}\p{N}]+/gu, "-").replace(/^-+|-+$/g, "").slice(0, 60);
  return `${words || "plot"}.${ending}`;
}

/** Give a file to the browser's downloads. */
export function save(blob: Blob, name: string): void {
  const link = document.createElement("a");
  // Of no type that a browser shows: what others made is never opened as a page of this site.
  link.href = URL.createObjectURL(new Blob([blob], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  window.setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

/** The pixels of an image that is shown, on white, as PNG. */
export async function toPng(image: HTMLImageElement, size: Size): Promise<Blob> {
  const scale = Math.min(SCALE, MOST / Math.max(size.width, size.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(size.width * scale));
  canvas.height = Math.max(1, Math.round(size.height * scale));
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((done, failed) => canvas.toBlob((blob) => (blob === null ? failed(new Error("no picture")) : done(blob)), "image/png"));
}
