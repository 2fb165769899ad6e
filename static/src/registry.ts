/** A table that features enter by themselves, so that adding one adds a folder and edits no list of all others. */

export interface Registered {
  readonly id: string;
}

export class Registry<Item extends Registered> {
  readonly #items = new Map<string, Item>();

  /** Enter an item; the order of entering is the order in which it is shown. Throws for an id that is taken. */
  add(item: Item): void {
    // Two features of one name would hide each other depending on which file was loaded first.
    if (this.#items.has(item.id)) throw new Error(`${item.id} is registered twice`);
    this.#items.set(item.id, item);
  }

  get(id: string): Item | null {
    return this.#items.get(id) ?? null;
  }

  all(): readonly Item[] {
    return [...this.#items.values()];
  }
}
