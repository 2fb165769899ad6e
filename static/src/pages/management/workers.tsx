/** Workers: how many sessions, on which machines, at which level of isolation. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { managementCalls, type Status, type WorkerStatus } from "./calls";
import type { Json } from "../../net/messages";
import { grouped, strings } from "../../strings";
import { seconds } from "../../times";
import { errorText } from "../../ui/basics";
import { icons } from "./icons";
import { managementPages } from "./registry";
import { words } from "./strings";

managementPages.add({ id: "workers", label: words.workers, icon: icons.gear, Page: Workers });

const EVERY = 5000;

function Workers(): JSX.Element {
  const [status, setStatus] = useState<Status | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const load = () => void managementCalls.status().then(setStatus, (error: unknown) => setProblem(errorText(error)));
    load();
    const timer = window.setInterval(load, EVERY);
    return () => window.clearInterval(timer);
  }, []);
  return (
    <>
      <div class="hd">
        <h1>{words.workers}</h1>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {status !== null && <Figures status={status} />}
      {status !== null && <Table workers={status.backend?.workers ?? []} />}
      {status?.isolation != null && <Isolation report={status.isolation.report} />}
    </>
  );
}

function Figures({ status }: { status: Status }): JSX.Element {
  const { backend, isolation } = status;
  const capacity = (backend?.workers ?? []).reduce((sum, worker) => sum + worker.capacity, 0);
  return (
    <dl class="fig">
      <Figure label={words.sessionsNow} value={grouped(backend?.sessions ?? 0)} note={words.ofCapacity(capacity)} />
      <Figure label={words.isolation} value={isolation?.level ?? "–"} />
      <Figure label={words.openWorksheets} value={grouped(backend?.documents ?? 0)} />
      <Figure label={words.connections} value={grouped(backend?.connections ?? 0)} />
      <Figure label={words.versionLabel} value={status.version} />
    </dl>
  );
}

function Figure({ label, value, note }: { label: string; value: string; note?: string }): JSX.Element {
  return (
    <div>
      <dt>{label}</dt>
      <dd class="num">
        {value}
        {note && <small>{note}</small>}
      </dd>
    </div>
  );
}

function Table({ workers }: { workers: readonly WorkerStatus[] }): JSX.Element {
  if (workers.length === 0) return <p class="muted">{words.noWorkers}</p>;
  return (
    <table class="plain">
      <thead>
        <tr>
          <th>{words.worker}</th>
          <th>{words.isolation}</th>
          <th class="wide">{words.flavour}</th>
          <th class="r">{words.sessions}</th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <tr key={worker.id} data-testid="worker">
            <td>
              <b>{worker.id}</b>
            </td>
            <td>
              <span class="st">
                <i class="dot" />
                {worker.level}
              </span>
            </td>
            <td class="wide">{worker.flavours.map((flavour) => strings.flavours[flavour] ?? flavour).join(", ")}</td>
            <td class="r num">
              {worker.sessions} {words.ofCapacity(worker.capacity)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** What was found by trying, as the launcher reports it. */
function Isolation({ report }: { report: Record<string, Json> }): JSX.Element {
  const rows = Object.entries(report).filter(([, value]) => inWords(value) !== "");
  return (
    <section class="report">
      <h2>{words.isolation}</h2>
      <dl>
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{words.isolationParts[name] ?? name}</dt>
            <dd>{name === "self_test" ? selfTest(value) : inWords(value)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

/** How many attempts to get out the jail withstood. */
function selfTest(value: Json): string {
  const { safe, seconds: took } = typeof value === "object" && value !== null && !Array.isArray(value) ? value : {};
  return typeof safe === "number" && typeof took === "number" ? words.selfTest(grouped(safe), seconds(took)) : inWords(value);
}

function inWords(value: Json): string {
  if (Array.isArray(value)) return value.map(inWords).join(", ");
  if (typeof value === "object" && value !== null) {
    return Object.entries(value)
      .map(([name, each]) => [name, inWords(each)])
      .filter(([, each]) => each !== "")
      .map(([name, each]) => `${name} ${each}`)
      .join(", ");
  }
  return value === null ? "" : String(value).replace(/,(?=\S)/g, ", ");
}
