/** Who else is in the worksheet, and where they are. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { Person } from "../net/messages";
import type { Link } from "../net/socket";

/** A cell, and the caret in it while somebody writes there. */
export interface Place {
  readonly cell: string;
  readonly anchor?: number;
  readonly head?: number;
}

export class People {
  /** Where we are; a connection that is made anew knows nothing of it. */
  #place: Place | null = null;
  readonly #others = signal<readonly Person[]>([]);
  readonly others: ReadonlySignal<readonly Person[]> = this.#others;
  /** The name of who sent the last edit; "" where nobody knows. */
  lastWriter = "";
  readonly hearers: Hearers = {
    presence: ({ person, left }) => this.#presence(person, left === true),
    edit: ({ author }) => void (this.lastWriter = this.#others.peek().find((each) => each.connection === author)?.name ?? ""),
  };

  constructor(
    readonly document: string,
    readonly link: Link,
  ) {}

  /** Everybody anew, as the server has them; we are not among the others. */
  know(people: readonly Person[]): void {
    this.lastWriter = "";
    this.#others.value = people.filter((person) => person.connection !== this.#own);
    if (this.#place !== null) this.say(this.#place);
  }

  /** Tell the others where we are. */
  say(state: Place | null): void {
    this.#place = state;
    this.link.send({ type: "presence", document: this.document, state: state && { ...state } });
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
