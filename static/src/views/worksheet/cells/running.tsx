/** How long a cell has been running, or when it is its turn. */

import { useComputed } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { RunStatus } from "../../../net/messages";
import { seconds } from "../../../times";
import { useParts } from "../../../workbench/parts";
import { words } from "../later-strings";
import { placesOf } from "../run/in-line";

export function Running({ run }: { run: RunStatus }): JSX.Element | null {
  return run.state === "queued" ? <InLine run={run} /> : <Elapsed key={run.run} since={run.started ?? run.queued} />;
}

function InLine({ run }: { run: RunStatus }): JSX.Element {
  const { runs } = useParts().worksheet;
  const place = useComputed(() => placesOf(runs).value.get(run.run) ?? 1).value;
  return (
    <span class="meta num" data-testid="in-line">
      <i class="dot off" />
      {words.inLine(place)}
    </span>
  );
}

/** The seconds that a cell has run, once it is more than a blink. */
function Elapsed({ since }: { since: string }): JSX.Element | null {
  const [start] = useState(() => Math.min(Date.parse(since) || Date.now(), Date.now()));
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 100);
    return () => window.clearInterval(timer);
  }, []);
  if (now - start < 300) return null;
  return (
    <span class="meta num">
      <i class="spin" />
      {seconds((now - start) / 1000)}
    </span>
  );
}
