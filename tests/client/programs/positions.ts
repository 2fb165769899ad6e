/** Positions between two, and whether a text is one. */

import { between, isPosition, spread } from "client/document/positions";
import { answering } from "./answering";

type Question = { between: [string | null, string | null] } | { spread: [string | null, string | null, number] } | { is: string };

await answering((question: Question) => {
  if ("between" in question) return between(...question.between);
  return "is" in question ? isPosition(question.is) : spread(...question.spread);
});
