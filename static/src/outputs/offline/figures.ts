/** Figures of libraries in a downloaded page: each in a frame of no origin, in which the library's scripts run that the page has.
 *
 * The frame is the one of the site, and inherits the page's policy: its own script has the page's nonce, and drops it before
 * anything of others runs in there. */

import frame from "../frame.html";
import { drawingOf } from "../figures/drawing";
import { figureOf } from "../figures/reader";
import { unpacked } from "../figures/unpacked";
import { heightIn, isReady, LEAST } from "../frame-says";

const DROP = 'document.currentScript.nonce = ""; document.currentScript.removeAttribute("nonce");';
const scripts = new Map<string, Promise<string>>();

async function scriptIn(name: string): Promise<string> {
  const kept = document.querySelector(`script[data-script="${name}"]`);
  if (kept === null) throw new Error(name);
  const bytes = Uint8Array.from(atob(kept.textContent ?? ""), (each) => each.charCodeAt(0));
  return new TextDecoder().decode(await unpacked(new Blob([bytes])));
}

function scriptOf(name: string): Promise<string> {
  const found = scripts.get(name) ?? scriptIn(name);
  scripts.set(name, found);
  return found;
}

/** Draw a figure in its place; where the page lacks what draws it, its words stay. */
export async function drawFigure(place: HTMLElement, source: string, nonce: string): Promise<void> {
  const figure = figureOf(source);
  if (figure === null) return;
  const run = await Promise.all(figure.scripts.map(scriptOf)).catch(() => null);
  if (run === null) return;
  const dark = matchMedia("(prefers-color-scheme: dark)").matches;
  const shown = document.createElement("iframe");
  shown.setAttribute("sandbox", "allow-scripts");
  shown.title = place.dataset["plain"] ?? "";
  shown.style.cssText = `display: block; width: 100%; height: ${LEAST}px; border: 0; background: transparent`;
  let sent = false;
  window.addEventListener("message", ({ source: from, data }) => {
    if (from === null || from !== shown.contentWindow) return;
    const height = heightIn(data);
    if (height !== null) shown.style.height = `${height}px`;
    if (!isReady(data) || sent) return;
    sent = true;
    const ink = getComputedStyle(place).color;
    shown.contentWindow?.postMessage({ sagews: "render", html: drawingOf(figure, dark), scripts: run, ink, scheme: dark ? "dark" : "light" }, "*");
  });
  shown.srcdoc = frame.replace("<script>", () => `<script nonce="${nonce}">${DROP}`);
  place.replaceChildren(shown);
}
