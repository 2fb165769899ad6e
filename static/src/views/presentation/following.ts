/** Whose slides a page follows: those of one's own other pages, of somebody else, or nobody's.
 *
 * A page tells with its presence in which cell it is; whoever follows shows the slide of that cell. Only what changes counts,
 * so that a page that has stood somewhere for an hour leads nobody. */

import { effect, signal } from "@preact/signals";
import type { Person } from "../../net/messages";
import type { People } from "../../document/people";

export class Following {
  /** The id of an account; null for nobody's. */
  readonly whom = signal<string | null>(null);
  readonly #seen = new Map<string, string>();

  constructor(
    readonly people: People,
    readonly own: string | null,
  ) {
    this.whom.value = own;
    this.#note(people.others.peek());
  }

  /** Go where they go until the function that is returned is called. */
  start(go: (cell: string) => void): () => void {
    return effect(() => {
      const moved = this.#note(this.people.others.value);
      const last = moved.filter((person) => person.user === this.whom.peek()).at(-1);
      if (last !== undefined) go(cellOf(last));
    });
  }

  /** Take where everybody is, and return those who are somewhere else than before. */
  #note(others: readonly Person[]): readonly Person[] {
    const moved = others.filter((person) => cellOf(person) !== "" && this.#seen.get(person.connection) !== cellOf(person));
    moved.forEach((person) => this.#seen.set(person.connection, cellOf(person)));
    return moved;
  }
}

function cellOf(person: Person): string {
  const cell = person.state?.["cell"];
  return typeof cell === "string" ? cell : "";
}
