/** Where a presentation is: the slide that is shown, and how one comes to another. */

import { computed, effect, signal, type ReadonlySignal } from "@preact/signals";
import type { Parts } from "../../workbench/parts";
import { slideOf, slidesOf, type Slide } from "./slides";

export class Deck {
  /** The first cell of the slide that is shown, so that it stays when others write cells before it. */
  readonly #at = signal("");
  readonly slides: ReadonlySignal<readonly Slide[]>;
  readonly place: ReadonlySignal<number>;

  constructor(readonly parts: Parts) {
    const { focus, worksheet } = parts;
    this.slides = computed(() => {
      // Texts tell nobody that they change: they are read anew with each slide.
      this.#at.value;
      return slidesOf(worksheet.visible.value, (id) => worksheet.sheet.text(id), worksheet.sheet.title.value);
    });
    this.place = computed(() => Math.max(0, this.slides.value.findIndex((slide) => slide.id === this.#at.value)));
    const active = focus.active.peek();
    if (active !== null) this.#at.value = this.#slideOf(active)?.id ?? "";
  }

  get #slide(): Slide {
    return this.slides.peek()[this.place.peek()]!;
  }

  /** Whoever chooses a cell of another slide, as by the palette, sees that slide. Returns what ends this. */
  start(): () => void {
    const { focus } = this.parts;
    return effect(() => {
      const id = focus.active.value;
      if (id !== null && !this.#slide.cells.some((cell) => cell.id === id)) this.#at.value = this.#slideOf(id)?.id ?? "";
    });
  }

  #slideOf(cell: string): Slide | undefined {
    const slides = this.slides.peek();
    return slides[slideOf(slides, this.parts.worksheet.visible.peek(), cell)];
  }

  /** Show a slide, and tell those who follow. */
  show(place: number): void {
    const slide = this.slides.peek()[Math.min(Math.max(place, 0), this.slides.peek().length - 1)]!;
    this.#at.value = slide.id;
    const { focus, worksheet } = this.parts;
    // What can be run first has the keyboard: Shift-Enter runs it.
    focus.select((slide.cells.find((cell) => cell.type === "code") ?? slide.cells[0])?.id ?? null);
    const first = slide.cells[0]?.id ?? slide.id;
    if (first !== "") worksheet.people.say({ cell: first });
  }

  step(by: -1 | 1): void {
    this.show(this.place.peek() + by);
  }

  /** Show what somebody else shows: nobody is told, or two pages would lead each other in a circle. */
  follow(cell: string): void {
    const slide = this.#slideOf(cell);
    if (slide === undefined || slide.id === this.#slide.id) return;
    this.#at.value = slide.id;
    this.parts.focus.activate((slide.cells.find((each) => each.type === "code") ?? slide.cells[0])?.id ?? slide.id);
  }

  /** Run the cell that is chosen, and go on within the slide: what the last one gives must be seen. */
  run(): void {
    const { actions, focus } = this.parts;
    const cells = this.#slide.cells;
    const behind = cells.slice(cells.findIndex((cell) => cell.id === focus.active.peek()) + 1).find((cell) => cell.type === "code");
    actions.runHere();
    if (behind === undefined) focus.again();
    else focus.select(behind.id);
  }
}
