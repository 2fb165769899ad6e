/** What a person has of everything that is counted, what they may have, and how to free some of it. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { errorText } from "../../ui/basics";
import { settingsCalls, type Quota } from "./calls";
import { words } from "./strings";

export function Quotas(): JSX.Element {
  const [quotas, setQuotas] = useState<readonly Quota[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(
    () =>
      void settingsCalls.quotas().then(
        (answer) => setQuotas(answer.quotas),
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
            <b class="num">{words.quotaOf(quota.used, quota.allowed)}</b> <span class="muted">{quota.free}</span>
          </span>
        </div>
      ))}
    </section>
  );
}
