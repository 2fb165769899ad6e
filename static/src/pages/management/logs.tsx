/** Logs: the newest records, by level and text. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { dated, full } from "../../dates";
import { managementCalls, type LogEntry } from "./calls";
import { errorText } from "../../ui/basics";
import { icons } from "./icons";
import { managementPages } from "./registry";
import { words } from "./strings";

managementPages.add({ id: "logs", label: words.logs, icon: icons.list, Page: Logs });

const PAGE = 100;

function Logs(): JSX.Element {
  const [level, setLevel] = useState("debug");
  const [text, setText] = useState("");
  const [records, setRecords] = useState<readonly LogEntry[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const load = (before?: string) => {
    const query: Record<string, string> = { level, limit: String(PAGE), ...(text ? { text } : {}), ...(before ? { before } : {}) };
    return managementCalls.logs(query).then(
      (answer) => setRecords((known) => (before ? [...known, ...answer.records] : answer.records)),
      (error: unknown) => setProblem(errorText(error)),
    );
  };
  useEffect(() => {
    const timer = window.setTimeout(() => void load(), text ? 250 : 0);
    return () => window.clearTimeout(timer);
  }, [level, text]);
  return (
    <>
      <div class="hd logh">
        <h1>{words.logs}</h1>
        <span class="chips" role="group" aria-label={words.logs}>
          {Object.entries(words.logLevels).map(([id, label]) => (
            <button key={id} type="button" class="chip" aria-pressed={level === id} onClick={() => setLevel(id)}>
              {label}
            </button>
          ))}
        </span>
        <input class="field chipfield" type="search" placeholder={words.filter} aria-label={words.filter} value={text} onInput={(event) => setText(event.currentTarget.value)} />
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      <div class="log" tabIndex={0} role="region" aria-label={words.logs}>
        <table>
          <tbody>
            {records.map((record) => (
              <tr key={record.id} class={record.level === "critical" ? "error" : record.level} title={`${full(record.time)} ${record.namespace} ${record.correlation}`}>
                <td class="t">{dated(record.time)}</td>
                <td class="lv">{record.level}</td>
                <td class="from wide">{record.component}</td>
                <td>{record.message}</td>
              </tr>
            ))}
          </tbody>
        </table>
        {records.length === 0 && <p class="muted none">{words.noRecords}</p>}
      </div>
      {records.length >= PAGE && (
        <button type="button" class="btn" onClick={() => void load(records.at(-1)!.time)}>
          {words.older}
        </button>
      )}
    </>
  );
}
