/** Which cells have a live editor: the one that is written in, the last few, and those where others are. */

import { computed, effect, signal, type Signal } from "@preact/signals";
import type { Editor } from "../editor/editor";
import type { RemoteCaret } from "../editor/carets";
import type { Focus } from "./focus";
import type { Worksheet } from "../document/worksheet";
import { colourOf } from "../ui/basics";

const KEPT = 8;

export class Mounted {
  /** Live editors by cell, for the symbol row of small screens. */
  readonly editors = new Map<string, Editor>();
  readonly #recent = signal<readonly string[]>([]);
  readonly carets: Signal<ReadonlyMap<string, readonly RemoteCaret[]>>;
  readonly ids: Signal<ReadonlySet<string>>;
  readonly stop: () => void;

  constructor(worksheet: Worksheet, focus: Focus) {
    this.carets = computed(() => caretsOf(worksheet));
    this.ids = computed(() => new Set([...this.#recent.value, ...this.carets.value.keys()]));
    this.stop = effect(() => {
      const id = focus.editing.value;
      if (id === null) return;
      const others = this.#recent.peek().filter((each) => each !== id);
      this.#recent.value = [id, ...others].slice(0, KEPT);
    });
  }
}

function caretsOf(worksheet: Worksheet): ReadonlyMap<string, readonly RemoteCaret[]> {
  const found = new Map<string, RemoteCaret[]>();
  const own = worksheet.link.welcome.value?.user.id;
  for (const person of worksheet.people.others.value) {
    // Nobody is followed by themselves, from whichever of their pages.
    if (person.user === own) continue;
    const { cell, anchor, head } = person.state ?? {};
    if (typeof cell !== "string" || typeof anchor !== "number" || typeof head !== "number") continue;
    if (!(anchor >= 0 && head >= 0)) continue;
    found.set(cell, [...(found.get(cell) ?? []), { name: person.name, colour: colourOf(person.user), anchor, head }]);
  }
  return found;
}
