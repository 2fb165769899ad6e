/** What lies on the system's clipboard, pasted where no cell is written in: cells of other programs become cells. */

import type { Bench } from "../../../workbench/parts";
import { foreignCells } from "./foreign";

const words = { tooMuch: "This is more than is pasted at once. Save it as a file, and import that." };

/** What Jupyter puts on the clipboard beside the plain text; browsers set "web " before types of pages. */
const JUPYTER = ["application/vnd.jupyter.cells", "web application/vnd.jupyter.cells"];
/** Characters: what one message to the server holds, with room for what is around each cell. */
const MOST = 600_000;

/** The text that says most about what was copied. */
export function textOn(data: Pick<DataTransfer, "getData">): string {
  return JUPYTER.map((type) => data.getData(type)).find((text) => text !== "") ?? data.getData("text/plain");
}

/** Paste a text from anywhere behind what is chosen. */
export async function pasteText({ actions, worksheet }: Pick<Bench, "actions" | "worksheet">, text: string): Promise<void> {
  const { cleaned, examples } = await actions.editor();
  const cells = foreignCells(text, examples) ?? [{ type: "code" as const, depth: 0, text: cleaned(text) }];
  if (cells.length > 1 && cells.reduce((sum, cell) => sum + cell.text.length + 200, 0) > MOST) return worksheet.notices.show(words.tooMuch);
  actions.paste(cells);
}
