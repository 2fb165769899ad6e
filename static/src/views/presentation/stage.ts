/** Shows one slide of the sheet and hides the rest, by a style sheet of its own: the cells stay what and where they are. */

import type { Slide } from "./slides";

/** Pixels of a slide's width that its text was made for. */
const WIDTH = 1060;

export class Stage {
  readonly #sheet = new CSSStyleSheet();

  /** Take the page over; returns what gives it back. */
  start(): () => void {
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, this.#sheet];
    return () => {
      document.adoptedStyleSheets = document.adoptedStyleSheets.filter((sheet) => sheet !== this.#sheet);
    };
  }

  show(slides: readonly Slide[], place: number, width: number): void {
    const named = (cells: readonly { id: string }[]) => cells.map((cell) => `[data-cell-id="${CSS.escape(cell.id)}"]`).join(",");
    const slide = slides[place]!;
    const zoom = Math.min(Math.max(width / WIDTH, 1), 2.6).toFixed(2);
    const shown = slide.cells.length > 0 ? `.present-open .doc :is(${named(slide.cells)}) { display: block }` : "";
    const all = slides.flatMap((each) => each.cells);
    const printed = all.length > 0 ? `.present-open .doc :is(${named(all)}) { display: block }` : "";
    const pages = slides.slice(1).flatMap((each) => each.cells.slice(0, 1));
    const broken = pages.length > 0 ? `.present-open .doc :is(${named(pages)}) { break-before: page }` : "";
    this.#sheet.replaceSync(`
      .present-open .doc .cell { display: none }
      @media screen {
        .present-open .doc { zoom: ${zoom} }
        ${shown}
        ${place === 0 ? "" : ".present-open .t1 { display: none }"}
      }
      @media print { @page { size: landscape } ${printed} ${broken} }`);
  }
}
