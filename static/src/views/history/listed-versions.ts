/** The versions as they are listed: a page at a time, and all that is shown anew whenever one is made or loses its name. */

import { signal } from "@preact/signals";
import type { Answer, VersionEntry } from "../../net/messages";
import type { Link } from "../../net/socket";

const PAGE = 50;

export class ListedVersions {
  /** Newest first; null until they are there. */
  readonly versions = signal<readonly VersionEntry[] | null>(null);
  /** Whether there are more than those. */
  readonly more = signal(false);
  /** Whether there are older autosaves, which can be removed. */
  readonly autosaves = signal(false);
  /** Why the last attempt failed. */
  readonly failure = signal<unknown>(null);
  /** A further page is on its way. */
  readonly busy = signal(false);
  #last: Promise<void> = Promise.resolve();

  constructor(readonly link: Pick<Link, "ask">) {}

  /** Read as many anew as are shown. */
  refresh(): Promise<void> {
    return this.#next(() => this.#read(this.versions.peek()?.length ?? 0, []));
  }

  /** Show a page more; while one is on its way, no other. */
  async further(): Promise<void> {
    if (this.busy.peek()) return;
    this.busy.value = true;
    await this.#next(() => this.#read(0, this.versions.peek() ?? []));
    this.busy.value = false;
  }

  /** One after the other: each goes on from what the one before has found. */
  #next(read: () => Promise<void>): Promise<void> {
    this.#last = this.#last.then(read).then(
      () => void (this.failure.value = null),
      (error: unknown) => void (this.failure.value = error),
    );
    return this.#last;
  }

  /** Read pages behind some versions, one at least, until there are so many. */
  async #read(wanted: number, begin: readonly VersionEntry[]): Promise<void> {
    let found = begin;
    let answer: Answer<"versions">;
    do {
      const before = found.at(-1)?.id;
      answer = await this.link.ask<"versions">({ type: "versions", limit: PAGE, ...(before === undefined ? {} : { before }) });
      found = [...found, ...answer.versions];
      if (before === undefined) this.autosaves.value = answer.older === true;
    } while (answer.more && answer.versions.length > 0 && found.length < wanted);
    this.versions.value = found;
    this.more.value = answer.more;
  }
}
