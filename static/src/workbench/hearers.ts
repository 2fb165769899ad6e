/** What features hear of the server, beside the document's own messages: each registers the types that it listens to. */

import type { Hearers } from "../net/hearing";
import { Registry } from "../registry";
import type { Bench } from "./parts";

export interface HearerSet {
  readonly id: string;
  hearers(bench: Bench): Hearers;
}

export const hearerSets = new Registry<HearerSet>();
