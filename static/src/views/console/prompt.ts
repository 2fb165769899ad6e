/** The last cell as a prompt: Enter runs it and makes the next one, arrows bring back what was typed. */

import type { Parts } from "../../workbench/parts";
import { isComplete } from "./complete";
import { Past, pastOf } from "./past";

export class Prompt {
  readonly #past = new Past();

  constructor(readonly parts: Parts) {}

  /** The id of the cell at the end, if that is code. */
  get id(): string | null {
    const last = this.parts.worksheet.sheet.cells.peek().at(-1);
    return last?.type === "code" ? last.id : null;
  }

  get #text(): string {
    return this.id === null ? "" : this.parts.worksheet.sheet.text(this.id);
  }

  /** What was typed, oldest first. */
  get past(): readonly string[] {
    const { sheet } = this.parts.worksheet;
    return pastOf(sheet.cells.peek().filter((cell) => cell.type === "code" && cell.id !== this.id).map((cell) => sheet.text(cell.id)));
  }

  /** Give the keyboard to an empty cell at the end, or to the one that is being written there and did not run yet. */
  begin(): void {
    const { focus, worksheet } = this.parts;
    if (!worksheet.mayEdit.peek()) return;
    const { id } = this;
    const ran = id !== null && (worksheet.runs.results.peek().has(id) || this.#text.trim() !== "");
    this.#past.forget();
    focus.edit(id === null || ran ? worksheet.sheet.insert("code", {}) : id, "end");
  }

  /** Put a text into the prompt, with the caret behind it. */
  put(text: string): void {
    if (this.id === null) return;
    this.parts.worksheet.sheet.setText(this.id, text);
    this.parts.focus.edit(this.id, "end");
  }

  /** What a key press means; says whether it meant anything here. */
  press(name: string, event: KeyboardEvent): boolean {
    const { focus, mounted, worksheet } = this.parts;
    const id = focus.editing.peek();
    if (id === null || !(event.target instanceof Element && event.target.closest(".cm-editor"))) return false;
    if (name === "Shift-Enter") return this.#run(id);
    if (id !== this.id) return false;
    const caret = mounted.editors.get(id)?.caret() ?? 0;
    const text = this.#text;
    // A list of completions that is open has the arrows to itself.
    const listed = document.querySelector(".cm-tooltip-autocomplete") !== null;
    if (name === "Enter") return caret === text.length && text.trim() !== "" && worksheet.mayRun.peek() && isComplete(text) && this.#run(id);
    // Through the lines of what one writes, and straight on from what was brought back, however many lines that has.
    const free = this.#past.shows(text);
    if (name === "ArrowUp" && !listed) return (free || !text.slice(0, caret).includes("\n")) && this.#step(-1);
    if (name === "ArrowDown" && !listed) return (free || !text.slice(caret).includes("\n")) && this.#step(1);
    return false;
  }

  #step(by: -1 | 1): boolean {
    const text = this.#past.step(by, this.past, this.#text);
    if (text !== null) this.put(text);
    return true;
  }

  #run(id: string): boolean {
    const { worksheet } = this.parts;
    const text = worksheet.sheet.text(id);
    if (text.trimEnd() !== text) worksheet.sheet.setText(id, text.trimEnd());
    worksheet.run([id]);
    this.begin();
    return true;
  }
}
