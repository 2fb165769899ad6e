/** Values that are prose. */

import { Prose } from "../../prose/prose";
import { outputKinds, type OutputKind } from "../kinds";

const markdown: OutputKind<string> = {
  id: "markdown",
  mime: ["text/markdown"],
  read: ({ data }) => data,
  show: (text) => (
    <div class="prose">
      <Prose text={text} />
    </div>
  ),
};

outputKinds.add(markdown);
