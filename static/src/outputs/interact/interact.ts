/** One interact as this page has it: what its controls show, what was set here and is on its way, and what the server says.
 *
 * The state is the server's. What somebody moves here shows at once; the latest of it is sent, one message after the other; and
 * what comes back never moves what is being held. */

import { batch, computed, signal, type ReadonlySignal } from "@preact/signals";
import type { Json } from "../../net/messages";
import { isSame, type Control, type Value, type Values } from "./controls";
import type { Layout } from "./layout";
import { Past } from "./past";
import { readSaid, type Said } from "./state";

/** What is said over the channel. */
export interface Message {
  readonly values: Readonly<Record<string, Value>>;
  readonly pressed?: string;
  readonly serial: number;
}

/** The way to the server. */
export interface Way {
  /** False when there is no connection. */
  send(message: Message): boolean;
  /** The id of this page's connection. */
  connection(): string;
}

/** Milliseconds after which the next message goes out though the one before has not been answered: the server keeps the latest. */
const PATIENCE = 40;
/** Counted over all interacts of the page: a serial is never used twice on a connection. */
let serials = 0;

type Fields = Readonly<Record<string, Json>>;

export class Interact {
  readonly #controls = signal<readonly Control[]>([]);
  readonly #layout = signal<Layout>({ top: [], left: [], right: [], bottom: [] });
  readonly #root = signal<string | null>(null);
  readonly #auto = signal(true);
  readonly #values = signal<Values>(new Map());
  readonly #errors = signal<ReadonlyMap<string, string>>(new Map());
  readonly #busy = signal(false);
  readonly #waiting = signal<Values>(new Map());
  readonly controls: ReadonlySignal<readonly Control[]> = this.#controls;
  readonly layout: ReadonlySignal<Layout> = this.#layout;
  /** The control that holds all others; null where they stand in rows. */
  readonly root: ReadonlySignal<string | null> = this.#root;
  readonly auto: ReadonlySignal<boolean> = this.#auto;
  readonly values: ReadonlySignal<Values> = this.#values;
  readonly errors: ReadonlySignal<ReadonlyMap<string, string>> = this.#errors;
  readonly busy: ReadonlySignal<boolean> = this.#busy;
  /** Whether something was changed that only Update sends. */
  readonly due = computed(() => !this.#auto.value && this.#waiting.value.size > 0);
  readonly past = new Past();
  readonly #held = new Set<string>();
  /** What the server has said of controls that were held or had been set anew. */
  readonly #theirs = new Map<string, Value>();
  /** The last message that named a control. */
  readonly #serialOf = new Map<string, number>();
  /** Of controls that show what was refused: what they had before. */
  readonly #accepted = new Map<string, Value>();
  readonly #presses: string[] = [];
  #under: { readonly serial: number; readonly values: Values; readonly connection: string; readonly at: number } | null = null;
  #timer = 0;

  constructor(
    readonly way: Way,
    readonly now: () => number = () => performance.now(),
  ) {}

  /** Take what the server says: the whole of it, or what has changed. */
  hear(fields: Fields): void {
    const said = readSaid(fields, this.#controls.peek());
    batch(() => {
      if (said.controls !== null) this.#controls.value = said.controls;
      if (said.layout !== null) this.#layout.value = said.layout;
      if (said.root !== undefined) this.#root.value = said.root;
      if (said.auto !== null) this.#auto.value = said.auto;
      this.#busy.value = said.busy;
      this.#hearErrors(said);
      this.#hearValues(said);
    });
    const under = this.#under;
    const answered = under !== null && said.by === under.connection && said.serial >= under.serial && !said.busy;
    if (answered) this.#over();
  }

  /** What people do with a control that they don't let go is one change, and nothing else moves it meanwhile. */
  hold(name: string): void {
    this.#held.add(name);
  }

  letGo(name: string): void {
    if (!this.#held.delete(name)) return;
    this.past.letGo();
    this.#settle();
  }

  set(name: string, value: Value): void {
    const shown = this.#values.peek().get(name);
    if (shown === undefined || isSame(shown, value)) return;
    const before = this.#accepted.get(name) ?? shown;
    this.#accepted.delete(name);
    this.past.note(name, before, value, this.now(), this.#held.has(name));
    this.#take(new Map([[name, value]]));
  }

  /** Set several as one change; returns whether any is another than before. */
  setAll(values: Values): boolean {
    const before = this.#values.peek();
    const others = [...values].filter(([name, value]) => before.has(name) && !isSame(before.get(name), value));
    if (others.length === 0) return false;
    this.past.noteAll(new Map(others.map(([name]) => [name, before.get(name)!])), new Map(others));
    this.#take(new Map(others));
    return true;
  }

  /** A button was pressed. That can't be taken back. */
  press(name: string): void {
    const count = this.#values.peek().get(name);
    this.#presses.push(name);
    this.#take(new Map([[name, typeof count === "number" ? count + 1 : 1]]), true);
  }

  /** A text was said to be done with, be it another one or the same. */
  submit(name: string): void {
    this.#presses.push(name);
    this.#send();
  }

  /** Send what was changed; without anything changed, have it computed again. */
  update(): void {
    this.#send(true);
  }

  undo(): boolean {
    return this.#goTo(this.past.undo());
  }

  redo(): boolean {
    return this.#goTo(this.past.redo());
  }

  /** There is a new connection: what was on its way may be lost, and is said again, with what was set meanwhile. */
  resume(): void {
    const under = this.#under;
    if (under?.connection === this.way.connection()) return;
    this.#waiting.value = new Map([...(under?.values ?? []), ...this.#waiting.peek()]);
    this.#over();
  }

  close(): void {
    window.clearTimeout(this.#timer);
  }

  #goTo(values: Values | null): boolean {
    if (values === null) return false;
    const known = this.#values.peek();
    this.#take(new Map([...values].filter(([name]) => known.has(name))));
    return true;
  }

  #take(values: Values, atOnce = false): void {
    batch(() => {
      this.#values.value = new Map([...this.#values.peek(), ...values]);
      this.#waiting.value = new Map([...this.#waiting.peek(), ...values]);
      this.#errors.value = without(this.#errors.peek(), ...values.keys());
    });
    for (const name of values.keys()) this.#theirs.delete(name);
    if (this.#auto.peek() || atOnce) this.#send();
  }

  /** Send what waits, once it is time; `always` also when nothing does. */
  #send(always = false): void {
    const waiting = this.#waiting.peek();
    if (!always && waiting.size === 0 && this.#presses.length === 0) return;
    window.clearTimeout(this.#timer);
    const early = this.#under === null ? 0 : this.#under.at + PATIENCE - this.now();
    if (early > 0) {
      // By then it is the latest that waits.
      this.#timer = window.setTimeout(() => this.#send(always), early);
      return;
    }
    const serial = (serials += 1);
    const pressed = this.#presses[0];
    const message = { values: Object.fromEntries(waiting), serial, ...(pressed === undefined ? {} : { pressed }) };
    if (!this.way.send(message)) return;
    this.#presses.shift();
    for (const name of waiting.keys()) this.#serialOf.set(name, serial);
    this.#under = { serial, values: waiting, connection: this.way.connection(), at: this.now() };
    this.#waiting.value = new Map();
    if (this.#presses.length > 0) this.#send();
  }

  #over(): void {
    this.#under = null;
    window.clearTimeout(this.#timer);
    if (this.#auto.peek() || this.#presses.length > 0) this.#send();
    this.#settle();
  }

  #hearErrors(said: Said): void {
    if (said.controls !== null) this.#errors.value = new Map();
    // What somebody else typed wrongly was never shown here, and what they do well makes nothing right that is.
    if (!this.#isRefusal(said)) return;
    const before = this.#errors.peek();
    for (const name of said.errors.keys()) {
      const accepted = before.has(name) ? undefined : this.past.refused(name);
      if (accepted !== undefined) this.#accepted.set(name, accepted);
    }
    this.#errors.value = said.errors;
  }

  /** Whether it says what could not be read of what was set here. */
  #isRefusal(said: Said): said is Said & { errors: ReadonlyMap<string, string> } {
    return said.errors !== null && said.errorsBy === this.way.connection();
  }

  #hearValues(said: Said): void {
    const known = new Map(said.controls === null ? this.#values.peek() : []);
    for (const [name, value] of said.values) {
      if (!this.#mayTake(name, said)) this.#keep(known, name, value, said);
      else {
        known.set(name, value);
        this.#theirs.delete(name);
        if (this.#errors.peek().has(name)) this.#errors.value = without(this.#errors.peek(), name);
      }
    }
    this.#values.value = known;
  }

  #keep(known: Map<string, Value>, name: string, value: Value, said: Said): void {
    if (!this.#isOlder(name, said)) this.#theirs.set(name, value);
    known.set(name, this.#values.peek().get(name) ?? value);
  }

  #mayTake(name: string, said: Said): boolean {
    if (this.#held.has(name) || this.#waiting.peek().has(name) || this.#isOlder(name, said)) return false;
    // What was refused stays as it was typed, beside the reason.
    if (this.#isRefusal(said) && said.errors.has(name)) return false;
    const under = this.#under;
    return under === null || !under.values.has(name) || said.by === under.connection;
  }

  /** Whether it tells of a message that was before the last one in which this page set that control. */
  #isOlder(name: string, said: Said): boolean {
    return said.by === this.way.connection() && said.serial < (this.#serialOf.get(name) ?? 0);
  }

  /** What was let go, and what nothing is on its way for, shows what the server has. */
  #settle(): void {
    const free = [...this.#theirs].filter(([name]) => {
      const busy = this.#held.has(name) || this.#waiting.peek().has(name) || this.#under?.values.has(name) || this.#errors.peek().has(name);
      return !busy;
    });
    if (free.length === 0) return;
    free.forEach(([name]) => this.#theirs.delete(name));
    this.#values.value = new Map([...this.#values.peek(), ...free]);
  }
}

function without(errors: ReadonlyMap<string, string>, ...names: readonly string[]): ReadonlyMap<string, string> {
  return new Map([...errors].filter(([name]) => !names.includes(name)));
}
