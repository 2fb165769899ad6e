/** Parts of the page that come later, asked for again while they can't be had: a connection is cut, a server restarts. */

import { signal } from "@preact/signals";

/** Milliseconds before it is tried again: at first, and at most. */
const FIRST = 500;
const LONGEST = 30_000;

/** How many parts are missing that were asked for. */
export const missing = signal(0);

/** What a loader gives, however often it has to be asked, with growing pauses. */
export async function patiently<Part>(load: () => Promise<Part>): Promise<Part> {
  for (let pause = FIRST; ; pause = Math.min(2 * pause, LONGEST)) {
    try {
      const part = await load();
      if (pause > FIRST) missing.value -= 1;
      return part;
    } catch {
      if (pause === FIRST) missing.value += 1;
      await new Promise((done) => setTimeout(done, pause));
    }
  }
}
