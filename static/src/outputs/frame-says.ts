/** What a frame with untrusted HTML may say (frame.html); anything else that it says is not heard. */

export const LEAST = 20;
const MOST = 3000;

/** The height that a frame asks for, or null for anything else that it may say. */
export function heightIn(data: unknown): number | null {
  if (typeof data !== "object" || data === null) return null;
  const { sagews, height } = data as Record<string, unknown>;
  if (sagews !== "height" || typeof height !== "number" || !Number.isFinite(height)) return null;
  return Math.min(Math.max(height, LEAST), MOST);
}

/** Whether a frame is there to be told what it shows. */
export function isReady(data: unknown): boolean {
  return typeof data === "object" && data !== null && (data as Record<string, unknown>)["sagews"] === "ready";
}
