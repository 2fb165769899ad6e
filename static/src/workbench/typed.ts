/** Tells typing from commands: who types on where no cell has the keyboard must delete and restart nothing. */

/** Milliseconds in which nobody gives more than three commands with three different keys. */
const BURST = 400;
/** Milliseconds without a key after which what was typed is over, and what waits is done. */
const PAUSE = 250;

interface Press {
  readonly name: string;
  readonly at: number;
}

export class Typed {
  #recent: readonly Press[] = [];
  #text = false;
  #waiting: (() => void)[] = [];
  #timer = 0;

  /** Note a press that could be part of a text; true when it is one. What waited to be done is forgotten then. */
  isText(name: string, at: number): boolean {
    const last = this.#recent.at(-1)?.at ?? -Infinity;
    this.#recent = [...this.#recent.filter((press) => at - press.at < BURST), { name, at }];
    const names = new Set(this.#recent.map((press) => press.name));
    // Keys that are pressed again and again move about: such are no words.
    this.#text = (this.#text && at - last < 2 * BURST) || (this.#recent.length > 3 && names.size > 2);
    if (this.#text) this.#waiting = [];
    return this.#text;
  }

  /** Do it now; or, should it throw something away, once it is sure that it is no part of a text, and then in the order of the keys. */
  act(run: () => void, dangerous: boolean): void {
    if (!dangerous && this.#waiting.length === 0) return run();
    this.#waiting.push(run);
    window.clearTimeout(this.#timer);
    this.#timer = window.setTimeout(() => this.#waiting.splice(0).forEach((each) => each()), PAUSE);
  }
}
