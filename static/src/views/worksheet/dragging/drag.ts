/** Cells and sections moved by their handle, with mouse, pen and finger. The keys are Alt with an arrow, and cut and paste. */

import { plural } from "../../../strings";
import type { Parts } from "../../../workbench/parts";
import { draggedWith, isHere, placesFor, type Place } from "./places";

const words = {
  moving: (count: number) => plural(count, "cell", "cells"),
  moved: (count: number) => `${plural(count, "cell", "cells")} moved`,
  givenUp: "Nothing was moved",
};

/** Pixels that a press may shake before it is a move; that the edge is high at which the sheet scrolls; and that it then scrolls in a frame. */
const SHAKE = 4;
const EDGE = 56;
const FASTEST = 18;

/** Hear presses on handles, until the returned function is called. */
export function takeHandles(parts: Parts): () => void {
  let drag: Drag | null = null;
  const press = (event: PointerEvent) => {
    const handle = event.target instanceof Element ? event.target.closest<HTMLElement>(".grip") : null;
    const id = handle?.closest("[data-cell-id]")?.getAttribute("data-cell-id");
    if (handle == null || !id || event.button !== 0 || !parts.worksheet.mayEdit.peek() || drag !== null) return;
    event.preventDefault();
    drag = new Drag(parts, id, event, () => (drag = null));
  };
  document.addEventListener("pointerdown", press);
  return () => {
    drag?.end(false);
    document.removeEventListener("pointerdown", press);
  };
}

class Drag {
  readonly #ids: readonly string[];
  readonly #from: { readonly x: number; readonly y: number };
  readonly #line = document.createElement("div");
  readonly #chip = document.createElement("div");
  readonly #stop = new AbortController();
  readonly #scroller = document.getElementById("content");
  #at: { x: number; y: number };
  #place: Place | null = null;
  #moving = false;
  #frame = 0;

  constructor(
    readonly parts: Parts,
    readonly id: string,
    press: PointerEvent,
    readonly over: () => void,
  ) {
    const { focus, worksheet } = parts;
    this.#ids = draggedWith(worksheet.sheet.cells.peek(), id, focus.together.peek());
    this.#from = this.#at = { x: press.clientX, y: press.clientY };
    this.#line.className = "drop-line";
    this.#chip.className = "drag-chip";
    this.#chip.textContent = words.moving(this.#ids.length);
    const heed = { signal: this.#stop.signal, capture: true };
    const mine = (act: (event: PointerEvent) => void) => (event: PointerEvent) => event.pointerId === press.pointerId && act(event);
    window.addEventListener("pointermove", mine((event) => this.#move(event)), heed);
    window.addEventListener("pointerup", mine(() => this.end(true)), heed);
    window.addEventListener("pointercancel", mine(() => this.end(false)), heed);
    window.addEventListener("blur", () => this.end(false), heed);
    window.addEventListener("keydown", (event) => this.#key(event), heed);
  }

  /** Drop them where the line is, or leave everything as it was. */
  end(drop: boolean): void {
    this.#stop.abort();
    cancelAnimationFrame(this.#frame);
    this.#line.remove();
    this.#chip.remove();
    document.documentElement.classList.remove("dragging");
    for (const element of document.querySelectorAll("[data-dragged]")) element.removeAttribute("data-dragged");
    this.over();
    if (this.#moving) this.#drop(drop);
    else this.parts.focus.select(this.id);
  }

  #drop(drop: boolean): void {
    const { focus, worksheet } = this.parts;
    const cells = worksheet.sheet.cells.peek();
    // Others may have taken some of them away meanwhile, or what they were to go behind.
    const ids = this.#ids.filter((id) => worksheet.sheet.map.has(id));
    const place = this.#place;
    const lost = place === null || (place.after !== null && !worksheet.sheet.map.has(place.after));
    if (!drop || lost || ids.length === 0 || !worksheet.mayEdit.peek() || isHere(cells, ids, place)) return worksheet.notices.announce(words.givenUp);
    worksheet.sheet.move(ids, place.after);
    focus.select(this.id);
    worksheet.notices.announce(words.moved(ids.length));
  }

  #key(event: KeyboardEvent): void {
    if (event.key !== "Escape" || !this.#moving) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    this.end(false);
  }

  #move(event: PointerEvent): void {
    this.#at = { x: event.clientX, y: event.clientY };
    const far = Math.hypot(this.#at.x - this.#from.x, this.#at.y - this.#from.y);
    if (this.#moving || far < SHAKE) return;
    this.#moving = true;
    document.body.append(this.#line, this.#chip);
    document.documentElement.classList.add("dragging");
    for (const id of this.#ids) elementOf(id)?.setAttribute("data-dragged", "");
    this.#follow();
  }

  /** Each frame: scroll at the edges, and show where they would go. */
  #follow(): void {
    this.#scroll();
    const { worksheet } = this.parts;
    const places = placesFor(worksheet.sheet.cells.peek(), worksheet.visible.peek(), this.#ids);
    const elements = new Map([...document.querySelectorAll("[data-cell-id]")].map((element) => [element.getAttribute("data-cell-id"), element]));
    const shown = places.map((place) => ({ place, box: boxOf(place, elements) })).filter(({ box }) => box !== null);
    const near = (y: number) => Math.abs(y - this.#at.y);
    const best = shown.reduce<(typeof shown)[number] | null>((one, other) => (one === null || near(other.box!.y) < near(one.box!.y) ? other : one), null);
    this.#place = best?.place ?? null;
    if (best !== null) {
      const { x, y, width } = best.box!;
      this.#line.style.cssText = `left:${x}px;top:${y}px;width:${width}px`;
    }
    this.#chip.style.cssText = `left:${this.#at.x + 14}px;top:${this.#at.y + 10}px`;
    this.#frame = requestAnimationFrame(() => this.#follow());
  }

  #scroll(): void {
    const box = this.#scroller?.getBoundingClientRect();
    if (box === undefined) return;
    const above = box.top + EDGE - this.#at.y;
    const below = this.#at.y - (box.bottom - EDGE);
    const by = above > 0 ? -above : below > 0 ? below : 0;
    if (by !== 0) this.#scroller?.scrollBy(0, Math.max(-1, Math.min(1, by / EDGE)) * FASTEST);
  }
}

function elementOf(id: string): HTMLElement | null {
  return document.querySelector<HTMLElement>(`[data-cell-id="${CSS.escape(id)}"]`);
}

/** Where the line of a place is: right above the cell in front of which it is, or below the last one. */
function boxOf({ after, before }: Place, elements: ReadonlyMap<string | null, Element>): { x: number; y: number; width: number } | null {
  const next = elements.get(before);
  const box = (next ?? elements.get(after))?.getBoundingClientRect();
  return box === undefined ? null : { x: box.left, width: box.width, y: next === undefined ? box.bottom + 8 : box.top - 8 };
}
