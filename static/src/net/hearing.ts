/** Who hears which message of the server: features say what they listen to, and nobody keeps a list of all messages. */

import type { Answer, FromServer } from "./messages";

/** What to do with messages, by their type. */
export type Hearers = { readonly [Type in FromServer["type"]]?: (message: Answer<Type>) => void };

export class Hearing {
  readonly #all: Hearers[] = [];

  add(hearers: Hearers): void {
    this.#all.push(hearers);
  }

  /** Hand a message to everyone who listens to its type, in the order in which they were added. */
  hear(message: FromServer): void {
    for (const hearers of this.#all) {
      // A type and the parameter of its hearer belong together; TypeScript can't follow that through the look-up.
      const hearer = hearers[message.type] as ((message: FromServer) => void) | undefined;
      hearer?.(message);
    }
  }
}

/** Hearers that heed what is said of one document, and what names none. */
export function ofDocument(document: string, hearers: Hearers): Hearers {
  const heeds = (message: FromServer) => !("document" in message) || typeof message.document !== "string" || message.document === document;
  const wrapped = Object.entries(hearers).map(([type, hearer]) => {
    const hear = hearer as (message: FromServer) => void;
    return [type, (message: FromServer) => heeds(message) && hear(message)];
  });
  return Object.fromEntries(wrapped) as Hearers;
}
