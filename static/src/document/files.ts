/** The worksheets of the workspace. */

import { signal } from "@preact/signals";
import type { DocumentEntry, FromServer } from "../net/messages";
import type { Socket } from "../net/socket";

export class WorkspaceFiles {
  readonly documents = signal<readonly DocumentEntry[]>([]);

  constructor(readonly socket: Socket) {}

  async load(): Promise<void> {
    const answer = await this.socket.ask<"documents">({ type: "documents" });
    this.documents.value = sorted(answer.documents);
  }

  async create(name: string): Promise<DocumentEntry> {
    const path = name.endsWith(".sage.md") ? name : `${name}.sage.md`;
    return (await this.socket.ask<"created">({ type: "create", path })).document;
  }

  async rename(document: string, name: string): Promise<void> {
    const path = name.endsWith(".sage.md") ? name : `${name}.sage.md`;
    await this.socket.ask<"renamed">({ type: "rename", document, path });
  }

  async remove(document: string): Promise<void> {
    await this.socket.ask<"removed">({ type: "remove", document });
  }

  hear(message: FromServer): void {
    if (message.type === "created" || message.type === "renamed") {
      const others = this.documents.value.filter((entry) => entry.id !== message.document.id);
      this.documents.value = sorted([...others, message.document]);
    } else if (message.type === "removed") {
      this.documents.value = this.documents.value.filter((entry) => entry.id !== message.document);
    }
  }
}

function sorted(documents: readonly DocumentEntry[]): DocumentEntry[] {
  return [...documents].sort((one, other) => one.path.localeCompare(other.path));
}
