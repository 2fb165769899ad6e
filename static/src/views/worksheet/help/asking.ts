/** What the editor of a cell asks of the session: what may follow, what a name is, which call the caret stands in. */

import type { Asking, Completions, Explanation, Signature, Silence } from "../../../editor/asking";
import { fromPoints, toPoints } from "../../../editor/points";
import { readSignature } from "../../../editor/signature";
import type { Parts } from "../../../workbench/parts";
import type { Environment } from "./known";

const SIGNATURE = "application/vnd.sagews.signature+json";

const HELP = "text/vnd.sagews.help";

export function askingOf(parts: Parts, _id: string): Asking {
  const { worksheet, socket } = parts;
  const silence = (error: unknown): Silence => ({ why: (error instanceof Error && error.message) || "nothing" });
  const inspect = async (code: string, cursor: number, detail: 0 | 2) => {
    const message = { type: "inspect" as const, document: worksheet.id, code, cursor: toPoints(code, cursor), detail };
    return socket.ask<"inspection">(message);
  };
  const texts = () => worksheet.sheet.cells.peek().filter((cell) => cell.type === "code").map((cell) => worksheet.sheet.text(cell.id));
  /** What is known of the environment of Sage without anybody who could be asked. */
  const unasked = async (code: string, cursor: number) => {
    if (worksheet.sheet.flavour.peek() !== "sage") return null;
    const [{ knownAt }, names] = await Promise.all([import("./known"), import("./names.json")]);
    return knownAt(code, cursor, texts(), names.default as Environment);
  };
  return {
    complete: async (code: string, cursor: number): Promise<Completions | Silence> => {
      if (!worksheet.session.alive.peek()) return (await unasked(code, cursor)) ?? { why: "no-session" };
      const message = { type: "complete" as const, document: worksheet.id, code, cursor: toPoints(code, cursor) };
      const answer = await socket.ask<"completions">(message).catch(silence);
      if ("why" in answer) return answer;
      const options = answer.matches.map((match) => ({ label: match.text ?? "", kind: match.kind ?? "" }));
      if (options.length === 0 && answer.source === "running") return { why: "busy" };
      return { from: fromPoints(code, answer.start), to: fromPoints(code, answer.end), options, source: answer.source ?? "session" };
    },
    inspect: async (code: string, cursor: number): Promise<Explanation | Silence> => {
      if (!worksheet.session.alive.peek()) return { why: "no-session" };
      const answer = await inspect(code, cursor, 0).catch(silence);
      if ("why" in answer) return answer;
      const nothing = { why: answer.source === "running" ? "busy" : "nothing" };
      const text = answer.data["text/plain"] ?? "";
      if (!answer.found || text === "") return nothing;
      const help = answer.data[HELP];
      if (help === undefined) return { text, fill: null };
      const { fillWithHelp } = await import("../../../outputs/help/help-output");
      return { text, fill: (element) => fillWithHelp(element, parts, help, text) };
    },
    signature: async (code: string, cursor: number): Promise<Signature | null> => {
      if (!worksheet.session.alive.peek()) return null;
      const answer = await inspect(code, cursor, 2).catch(() => null);
      return answer?.found ? readSignature(answer.data[SIGNATURE] ?? "") : null;
    },
    texts,
  };
}
