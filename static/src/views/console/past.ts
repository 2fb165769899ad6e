/** What was typed before, to go through and to search. */

/** Texts of cells, oldest first, without repetitions that follow each other and without empty ones. */
export function pastOf(texts: readonly string[]): readonly string[] {
  const typed = texts.map((text) => text.trimEnd()).filter((text) => text !== "");
  return typed.filter((text, place) => text !== typed[place - 1]);
}

/** Goes back and forth; what was being typed is what comes behind the last. */
export class Past {
  #place: number | null = null;
  #draft = "";
  #shown: string | null = null;

  /** The text before (-1) or after (1) the one that is shown, or null at either end.
   *
   * Who has changed what was shown begins anew from the end. */
  step(by: -1 | 1, past: readonly string[], now: string): string | null {
    if (this.#place === null || now !== this.#shown) {
      this.#place = past.length;
      this.#draft = now;
    }
    const next = this.#place + by;
    if (next < 0 || next > past.length) return null;
    this.#place = next;
    this.#shown = next === past.length ? this.#draft : past[next]!;
    return this.#shown;
  }

  /** Whether a text is one that was brought back, as it was. */
  shows(text: string): boolean {
    return this.#place !== null && text === this.#shown;
  }

  forget(): void {
    this.#place = this.#shown = null;
  }
}

/** The newest first of those that hold all of the words. */
export function searched(past: readonly string[], text: string, most: number): readonly string[] {
  const wanted = text.toLowerCase().split(/\s+/).filter(Boolean);
  const newest = [...new Set([...past].reverse())];
  return newest.filter((each) => wanted.every((word) => each.toLowerCase().includes(word))).slice(0, most);
}
