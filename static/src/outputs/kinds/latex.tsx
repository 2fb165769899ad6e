/** Values that Sage writes as formulas: shown by code that comes with the first of them. */

import type { JSX } from "preact";
import { loadMath } from "../../prose/load";
import { OnDemand } from "../../workbench/on-demand";
import { outputKinds, type OutputKind } from "../kinds";

const formula = {
  load: () => {
    void loadMath();
    return import("../formula/formula").then((module) => module.Formula);
  },
};

/** One in a table, where there is no room for a menu. */
export function Entry(item: { latex: string; plain: string }): JSX.Element {
  return <OnDemand of={formula} props={{ ...item, bare: true }} />;
}

const latex: OutputKind<{ readonly latex: string; readonly plain: string }> = {
  id: "latex",
  mime: ["text/latex"],
  read: ({ data, plain }) => ({ latex: data, plain }),
  show: (item) => <OnDemand of={formula} props={{ ...item, bare: false }} />,
};

outputKinds.add(latex);
