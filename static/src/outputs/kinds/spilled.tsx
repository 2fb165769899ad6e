/** The middle of an output that went into a file instead. */

import { grouped, strings } from "../../strings";
import { bytes } from "../../times";
import { numberOf, outputKinds, textOf, type OutputKind } from "../kinds";

const spilled: OutputKind<{ readonly path: string; readonly bytes: number; readonly lines: number }> = {
  id: "spilled",
  pieces: ["spilled"],
  read: ({ body }) => ({ path: textOf(body["path"]), bytes: numberOf(body["bytes"]), lines: numberOf(body["lines"]) }),
  show: ({ path, bytes: size, lines }) => (
    <p class="note" data-testid="spilled">
      {strings.spilled(grouped(lines), bytes(size), path)}
    </p>
  ),
};

outputKinds.add(spilled);
