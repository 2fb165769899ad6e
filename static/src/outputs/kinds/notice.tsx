/** A sentence of the server amid the output: that nothing more of it is kept, and why. */

import { outputKinds, textOf, type OutputKind } from "../kinds";

const notice: OutputKind<{ readonly text: string }> = {
  id: "notice",
  pieces: ["notice"],
  read: ({ body }) => ({ text: textOf(body["text"]) }),
  show: ({ text }) => (
    <p class="note" role="status" data-testid="notice">
      {text}
    </p>
  ),
};

outputKinds.add(notice);
