/** A connection for tests: what the page says is kept, and what it asks is answered by hand. */

import { signal } from "@preact/signals";
import type { FromServer, Welcome } from "client/net/messages";
import type { Link } from "client/net/socket";

export const WELCOME: Welcome = {
  type: "welcome", protocol: 2, server: "s", connection: "mine", user: { id: "u1", name: "Me" }, workspace: { id: "w", name: "W" },
  role: "owner", may_run: true, resume: "r".repeat(20), ping_seconds: 5, flavours: ["sage"], limits: {},
};

export class FakeLink {
  readonly welcome = signal<Welcome | null>(WELCOME);
  readonly sent: Record<string, any>[] = [];
  readonly asked: { message: Record<string, any>; resolve: (answer: FromServer) => void; reject: (error: Error) => void }[] = [];
  open = true;

  send(message: Record<string, any>): boolean {
    if (this.open) this.sent.push(message);
    return this.open;
  }

  ask(message: Record<string, any>): Promise<never> {
    return new Promise((resolve, reject) => this.asked.push({ message, resolve: resolve as (answer: FromServer) => void, reject }));
  }

  /** What was said of these types, and then forgotten. */
  take(type: string): Record<string, any>[] {
    const found = this.sent.filter((message) => message["type"] === type);
    this.sent.length = 0;
    return found;
  }
}

export function linkOf(fake: FakeLink): Link {
  return fake as unknown as Link;
}
