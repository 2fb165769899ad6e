/** Answers each line of the input, a JSON value, with a line of its own. */

import { createInterface } from "node:readline";

export async function answering(answer: (question: never) => unknown): Promise<void> {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(answer(JSON.parse(line) as never))}\n`);
  }
}
