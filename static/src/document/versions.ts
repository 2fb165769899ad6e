/** Versions of the workspace: the newest one, and saving another. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { Answer, Unsaved, VersionEntry } from "../net/messages";
import type { Link } from "../net/socket";

export class Versions {
  readonly #newest = signal<VersionEntry | null>(null);
  readonly #saving = signal(false);
  readonly #unchanged = signal(false);
  readonly newest: ReadonlySignal<VersionEntry | null> = this.#newest;
  readonly saving: ReadonlySignal<boolean> = this.#saving;
  /** The last save that was asked for had nothing to keep: the newest version holds everything. */
  readonly unchanged: ReadonlySignal<boolean> = this.#unchanged;
  /** What the last save could not keep; null when it kept all. */
  readonly #unsaved = signal<Unsaved | null>(null);
  readonly unsaved: ReadonlySignal<Unsaved | null> = this.#unsaved;
  readonly hearers: Hearers = {
    version: ({ version }) => {
      if (version === null) return;
      if (version.id !== this.#newest.value?.id) this.#unchanged.value = false;
      this.#newest.value = version;
    },
    unnamed: ({ version }) => {
      const newest = this.#newest.value;
      // Whichever it was: who lists versions hears of it by another value.
      if (newest !== null) this.#newest.value = { ...newest, ...(newest.id === version ? { kind: "save", name: "" } : {}) };
    },
    unsaved: (message) => {
      this.#unsaved.value = message.paths.length > 0 || message.problem ? message : null;
    },
  };

  constructor(
    readonly link: Link,
    readonly flush: () => void,
  ) {}

  /** Ask for the newest version; without an answer nothing is shown of it. */
  async load(): Promise<void> {
    const answer = await this.link.ask<"versions">({ type: "versions", limit: 1 }).catch(() => null);
    this.#newest.value = answer?.versions[0] ?? this.#newest.value;
  }

  /** Save now; with a name it becomes a named version. */
  async save(name: string | null = null): Promise<Answer<"version">> {
    this.flush();
    this.#saving.value = true;
    try {
      const answer = await this.link.ask<"version">({ type: "save", ...(name ? { name } : {}) });
      this.#unchanged.value = answer.unchanged === true;
      return answer;
    } finally {
      this.#saving.value = false;
    }
  }
}
