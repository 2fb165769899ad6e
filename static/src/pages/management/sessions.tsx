/** Sessions that are alive: whose they are, and their end. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { managementCalls, type SessionEntry } from "./calls";
import { grouped, strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { icons } from "./icons";
import { managementPages } from "./registry";
import { words } from "./strings";

managementPages.add({ id: "sessions", label: words.sessions, icon: icons.prompt, Page: Sessions });

const EVERY = 5000;

function Sessions(): JSX.Element {
  const [sessions, setSessions] = useState<readonly SessionEntry[] | null>(null);
  const [problem, setProblem] = useState<string | null>(null);
  const fail = (error: unknown) => setProblem(errorText(error));
  const load = () => managementCalls.sessions().then((answer) => setSessions(answer.sessions), fail);
  useEffect(() => {
    void load();
    const timer = window.setInterval(() => void load(), EVERY);
    return () => window.clearInterval(timer);
  }, []);
  const end = (id: string) => void managementCalls.endSession(id).then(load, fail);
  return (
    <>
      <div class="hd">
        <h1>{words.sessions}</h1>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      {sessions !== null && sessions.length === 0 && <p class="muted">{words.noSessions}</p>}
      {sessions !== null && sessions.length > 0 && <Table sessions={sessions} end={end} />}
    </>
  );
}

function Table({ sessions, end }: { sessions: readonly SessionEntry[]; end: (id: string) => void }): JSX.Element {
  return (
    <table class="plain">
      <thead>
        <tr>
          <th>{words.user}</th>
          <th>{words.workspace}</th>
          <th class="wide">{words.worksheet}</th>
          <th>{words.state}</th>
          <th class="r wide">{words.waiting}</th>
          <th><span class="hidden">{strings.moreActions}</span></th>
        </tr>
      </thead>
      <tbody>
        {sessions.map((session) => (
          <tr key={session.id} data-testid="session">
            <td>{session.user.name}</td>
            <td>{session.workspace_name}</td>
            <td class="wide muted">{session.path}</td>
            <td>{strings.sessionStates[session.state] ?? session.state}</td>
            <td class="r wide num">{grouped(session.queue)}</td>
            <td class="acts">
              <button type="button" class="btn" data-testid="end-session" onClick={() => end(session.id)}>
                {words.endSession}
              </button>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
