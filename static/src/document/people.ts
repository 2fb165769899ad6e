/** Who else is in the worksheet, and where they are. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { Person } from "../net/messages";
import type { Link } from "../net/socket";

export class People {
  readonly #others = signal<readonly Person[]>([]);
  readonly others: ReadonlySignal<readonly Person[]> = this.#others;
  readonly hearers: Hearers = { presence: ({ person, left }) => this.#presence(person, left === true) };

  constructor(
    readonly document: string,
    readonly link: Link,
  ) {}

  /** Everybody anew, as the server has them; we are not among the others. */
  know(people: readonly Person[]): void {
    this.#others.value = people.filter((person) => person.connection !== this.#own);
  }

  /** Tell the others where we are. */
  say(state: { cell: string; anchor?: number; head?: number } | null): void {
    this.link.send({ type: "presence", document: this.document, state });
  }

  get #own(): string | undefined {
    return this.link.welcome.value?.connection;
  }

  #presence(person: Person, left: boolean): void {
    if (person.connection === this.#own) return;
    const others = this.#others.value.filter((other) => other.connection !== person.connection);
    this.#others.value = left ? others : [...others, person];
  }
}
