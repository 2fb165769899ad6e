/** Workers: how many sessions, at which level of isolation. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { bytes } from "../model/times";
import { api } from "../net/api";
import type { Json } from "../net/messages";
import { strings } from "../strings";
import { errorText } from "../view/basics";

type Row = Record<string, Json>;

function rows(value: Json | undefined): Row[] {
  return Array.isArray(value) ? value.filter((each): each is Row => typeof each === "object" && each !== null && !Array.isArray(each)) : [];
}

function text(value: Json | undefined): string {
  if (Array.isArray(value)) return value.map(text).join(", ");
  if (typeof value === "object" && value !== null) return Object.entries(value).map(([key, each]) => `${key} ${text(each)}`).join(", ");
  return value === null || value === undefined ? "–" : String(value);
}

const number = (value: Json | undefined) => (typeof value === "number" ? value : 0);

export function Workers(): JSX.Element {
  const [status, setStatus] = useState<Row | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const load = () => api.status().then(setStatus, (error: unknown) => setProblem(errorText(error)));
    void load();
    const timer = window.setInterval(() => void load(), 5000);
    return () => window.clearInterval(timer);
  }, []);
  const workers = rows(status?.["workers"]);
  const sum = (name: string) => workers.reduce((total, worker) => total + number(worker[name]), 0);
  const levels = [...new Set(workers.map((worker) => text(worker["level"] ?? worker["isolation"])))].join(", ");
  return (
    <>
      <div class="hd">
        <h1>{strings.workers}</h1>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {status !== null && (
        <dl class="fig">
          <Figure label={strings.sessionsNow} value={String(sum("sessions"))} note={strings.ofCapacity(sum("capacity"))} />
          <Figure label={strings.isolation} value={levels || text(status["isolation"])} />
          <Figure label={strings.databaseLabel} value={shortVersion(status["database"])} />
          <Figure label={strings.versionLabel} value={shortVersion(status["version"] ?? status["versions"])} />
        </dl>
      )}
      {status !== null && workers.length === 0 && <p class="muted">{strings.noWorkers}</p>}
      {workers.length > 0 && <Table workers={workers} />}
    </>
  );
}

function shortVersion(value: Json | undefined): string {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    return text(value["sagews"] ?? value["version"] ?? Object.values(value)[0]);
  }
  return text(value);
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

function Table({ workers }: { workers: readonly Row[] }): JSX.Element {
  return (
    <table class="plain">
      <thead>
        <tr>
          <th>{strings.worker}</th>
          <th>{strings.isolation}</th>
          <th class="wide">{strings.flavour}</th>
          <th class="r">{strings.sessions}</th>
        </tr>
      </thead>
      <tbody>
        {workers.map((worker) => (
          <tr key={text(worker["id"])} data-testid="worker">
            <td>
              <b>{text(worker["id"])}</b>
            </td>
            <td>
              <span class="st">
                <i class={number(worker["capacity"]) > 0 || worker["capacity"] === undefined ? "dot" : "dot err"} />
                {text(worker["level"] ?? worker["isolation"])}
              </span>
            </td>
            <td class="wide">{text(worker["flavours"])}</td>
            <td class="r num">
              {text(worker["sessions"])} {worker["capacity"] === undefined ? "" : strings.ofCapacity(number(worker["capacity"]))}
              {typeof worker["memory"] === "number" ? `, ${bytes(worker["memory"])}` : ""}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
