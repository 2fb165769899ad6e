/** Words for what is said of cells beside their text. Another language is another table of this shape. */

import { plural } from "../../../strings";

export const words = {
  chosen: (count: number, tag: string) => `${plural(count, "cell", "cells")} with the tag ${tag} chosen`,
  chooseTagged: (tag: string) => `Choose all cells with the tag ${tag}`,
  protected: "Protected",
  protectedTitle: "Only owners of the workspace change or delete this text",
  auto: "Runs when opened",
  autoTitle: "Runs when the worksheet is opened by somebody who trusts it",
  autoAsk: (count: number) => `This worksheet has ${plural(count, "cell that runs", "cells that run")} when it is opened.`,
  run: "Run them",
  notNow: "Not now",
  always: "Always for this worksheet",
  ran: (count: number) => `${plural(count, "cell ran", "cells ran")}, as you trust this worksheet.`,
  askAgain: "Ask next time",
  dismiss: "Dismiss",
};
