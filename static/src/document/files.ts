/** The worksheets of the workspace. */

import { signal, type ReadonlySignal } from "@preact/signals";
import type { Hearers } from "../net/hearing";
import type { DocumentEntry, Storage } from "../net/messages";
import type { Link } from "../net/socket";
import { kindOf } from "./paths";

export class WorkspaceFiles {
  readonly #documents = signal<readonly DocumentEntry[]>([]);
  readonly documents: ReadonlySignal<readonly DocumentEntry[]> = this.#documents;
  /** What the files of the workspace take on disk; null while nobody computes there. */
  readonly #storage = signal<Storage | null>(null);
  readonly storage: ReadonlySignal<Storage | null> = this.#storage;
  /** A file that was dropped on the page, until it is imported. */
  readonly dropped = signal<File | null>(null);
  readonly hearers: Hearers = {
    storage: (message) => {
      this.#storage.value = message;
    },
    created: ({ document }) => this.#put(document),
    renamed: ({ document }) => this.#put(document),
    removed: ({ document }) => {
      this.#documents.value = this.#documents.value.filter((entry) => entry.id !== document);
    },
  };

  constructor(readonly link: Link) {}

  async load(): Promise<void> {
    const answer = await this.link.ask<"documents">({ type: "documents" });
    this.#documents.value = sorted(answer.documents);
  }

  async create(name: string): Promise<DocumentEntry> {
    const path = withKind(name, kindOf(name));
    return (await this.link.ask<"created">({ type: "create", path })).document;
  }

  async rename(document: string, name: string): Promise<void> {
    const before = this.#documents.value.find((entry) => entry.id === document);
    const path = withKind(name, kindOf(before?.path ?? ""));
    await this.link.ask<"renamed">({ type: "rename", document, path });
  }

  async remove(document: string): Promise<void> {
    await this.link.ask<"removed">({ type: "remove", document });
  }

  #put(document: DocumentEntry): void {
    const others = this.#documents.value.filter((entry) => entry.id !== document.id);
    this.#documents.value = sorted([...others, document]);
  }
}

function withKind(name: string, kind: string): string {
  return name.endsWith(kind) ? name : name + kind;
}

function sorted(documents: readonly DocumentEntry[]): DocumentEntry[] {
  return [...documents].sort((one, other) => one.path.localeCompare(other.path));
}
