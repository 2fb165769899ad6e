/** What a person has of everything that is counted, what they may have, and how to free some of it. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { errorText } from "../../ui/basics";
import { plainTitle } from "../../prose/plain-title";
import { settingsCalls, type Quota, type Stored } from "./calls";
import { bytes } from "../../times";
import { grouped } from "../../strings";
import { words } from "./strings";

/** The part of what is allowed from which on people are told how to free some. */
const NEARLY = 0.8;

function usedOf({ used, allowed, unit }: Quota): string {
  const shown = (amount: number) => (unit === "bytes" ? bytes(amount) : grouped(amount));
  return used === null ? words.most(shown(allowed)) : words.quotaOf(shown(used), shown(allowed), shown(Math.max(0, allowed - used)));
}

export function Quotas(): JSX.Element {
  const [quotas, setQuotas] = useState<readonly Quota[]>([]);
  const [largest, setLargest] = useState<readonly Stored[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(
    () =>
      void settingsCalls.quotas().then(
        (answer) => {
          setQuotas(answer.quotas);
          setLargest(answer.largest);
        },
        (error: unknown) => setProblem(errorText(error)),
      ),
    [],
  );
  return (
    <section class="block" data-testid="quotas">
      <h2>{words.quotas}</h2>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {quotas.map((quota) => (
        <div class="row" key={quota.resource} data-testid={`quota-${quota.resource}`}>
          <span>{quota.name}</span>
          <span>
            <b class="num">{usedOf(quota)}</b>
            {quota.used !== null && quota.used >= NEARLY * quota.allowed && <span class="muted"> {quota.free}</span>}
          </span>
        </div>
      ))}
      {largest.length > 0 && <h3>{words.largest}</h3>}
      {largest.map((each) => (
        <div class="row" key={each.id} data-testid="stored">
          <a href={`/w/${each.id}`}>{plainTitle(each.name)}</a>
          <span class="num">{words.stored(bytes(each.outputs), bytes(each.history), bytes(each.files))}</span>
        </div>
      ))}
    </section>
  );
}
