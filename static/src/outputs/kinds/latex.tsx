/** Values that Sage writes as formulas. */

import { Formula } from "../../prose/prose";
import { outputKinds, type OutputKind } from "../kinds";

const latex: OutputKind<{ readonly text: string; readonly plain: string }> = {
  id: "latex",
  mime: ["text/latex"],
  read: ({ data, plain }) => ({ text: data, plain }),
  show: ({ text, plain }) => <Formula latex={text} plain={plain} />,
};

outputKinds.add(latex);
