/** The list of workspaces: what was open last, then everything. */

import "../../common";
import { signal } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { user } from "../../account";
import { workspaceCalls, type WorkspaceEntry } from "./calls";
import { go } from "../../router";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Ask, Confirm } from "../../ui/dialogs";
import { Icon } from "../../ui/icons";
import { SiteHeader } from "../../ui/site-header";
import { plainTitle } from "../../prose/plain-title";
import { ImportButton } from "./import-button";
import { RecentCards } from "./recent-cards";
import { useRefreshed } from "./refreshed";
import { WorkspaceTable } from "./workspace-table";
import { account } from "../strings";
import { words } from "./strings";

type Tab = "all" | "shared" | "running";
const entries = signal<readonly WorkspaceEntry[] | null>(null);

let asked = 0;

/** Ask for the list; of two answers that cross, the one that was asked for last counts. Gives what went wrong. */
async function list(): Promise<string | null> {
  const mine = (asked += 1);
  try {
    const found = await workspaceCalls.list();
    if (mine === asked) entries.value = found;
    return null;
  } catch (error) {
    return errorText(error);
  }
}

function shown(tab: Tab, text: string): WorkspaceEntry[] {
  const wanted = text.trim().toLowerCase();
  return (entries.value ?? [])
    .filter((entry) => tab !== "shared" || entry.role !== "owner")
    .filter((entry) => tab !== "running" || entry.session === "running" || entry.session === "ready")
    .filter((entry) => namesOf(entry).some((name) => name.toLowerCase().includes(wanted)))
    .sort((one, other) => (one.edited < other.edited ? 1 : -1));
}

/** Everything that a workspace is looked for by: its name, and the titles and files of its worksheets, as written and as shown. */
function namesOf({ name, documents }: WorkspaceEntry): string[] {
  return [name, ...documents.flatMap((each) => [each.title, each.path])].flatMap((each) => [each, plainTitle(each)]);
}

export function Workspaces(): JSX.Element {
  const [tab, setTab] = useState<Tab>("all");
  const [text, setText] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [asked, setAsked] = useState<{ kind: "rename" | "remove"; entry: WorkspaceEntry } | null>(null);
  const fail = (error: unknown) => setProblem(errorText(error));
  const [unlisted, setUnlisted] = useState<string | null>(null);
  const load = () => list().then(setUnlisted);
  useEffect(() => {
    document.title = strings.titled(strings.workspaces);
    void load();
  }, []);
  useRefreshed(() => void load());
  const create = () =>
    workspaceCalls.create(words.untitledWorkspace).then(({ workspace, document }) => go(`/w/${workspace.id}/${document.id}`, false, "made"), fail);
  const found = shown(tab, text);
  const told = problem ?? unlisted;
  return (
    <div class="page">
      <SiteHeader />
      <main class="wrap" id="content">
        {user.value?.has_password === false && (
          <p class="banner" data-testid="set-password">
            {words.setPassword} <a href="/settings">{account.setPasswordAction}</a>
          </p>
        )}
        <div class="hd">
          <h1>{strings.workspaces}</h1>
          <label class="find">
            <Icon name="search" />
            <input type="search" placeholder={words.searchWorkspaces} aria-label={words.searchWorkspaces} value={text} onInput={(event) => setText(event.currentTarget.value)} />
          </label>
          <ImportButton onProblem={setProblem} onError={fail} />
          <button type="button" class="btn p" data-testid="new-workspace" onClick={() => void create()}>
            <Icon name="plus" />
            {words.newWorkspace}
          </button>
        </div>
        {told !== null && (
          <p class="problem" role="alert">
            {told}
          </p>
        )}
        {entries.value === null && told === null && <p class="muted">{strings.loading}</p>}
        {entries.value !== null && entries.value.length === 0 && <Empty onCreate={() => void create()} />}
        {entries.value !== null && entries.value.length > 0 && (
          <>
            {text === "" && tab === "all" && <RecentCards entries={found.slice(0, 3)} />}
            <div class="tabs" role="group" aria-label={strings.workspaces}>
              {(["all", "shared", "running"] as const).map((each) => (
                <button key={each} type="button" aria-pressed={tab === each} onClick={() => setTab(each)}>
                  {words.tabs[each]}
                </button>
              ))}
              <small>{words.countWorkspaces(entries.value.length)}</small>
            </div>
            <WorkspaceTable entries={found} onAsk={(kind, entry) => setAsked({ kind, entry })} />
            {found.length === 0 && <p class="muted">{words.noneFound}</p>}
          </>
        )}
      </main>
      {asked?.kind === "rename" && (
        <Ask
          title={strings.rename}
          label={words.workspaceName}
          action={strings.rename}
          value={asked.entry.name}
          onAnswer={(name) => void workspaceCalls.rename(asked.entry.id, name).then(load, fail)}
          onClose={() => setAsked(null)}
        />
      )}
      {asked?.kind === "remove" && (
        <Confirm
          danger
          text={words.deleteWorkspace(asked.entry.name)}
          action={strings.remove}
          onYes={() => void workspaceCalls.remove(asked.entry.id).then(load, fail)}
          onClose={() => setAsked(null)}
        />
      )}
    </div>
  );
}

/** What to do first. */
function Empty({ onCreate }: { onCreate: () => void }): JSX.Element {
  const { name, then, code, run } = words.firstSteps;
  return (
    <div class="empty" data-testid="first-steps">
      <p>{words.noWorkspaces}</p>
      <p class="muted">{words.noWorkspacesText}</p>
      <ol>
        <li>{name}</li>
        <li>
          {then} <code>{code}</code>
        </li>
        <li>{run}</li>
      </ol>
      <button type="button" class="btn p" onClick={onCreate}>
        <Icon name="plus" />
        {words.firstWorkspace}
      </button>
    </div>
  );
}
