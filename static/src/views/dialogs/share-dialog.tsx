/** Who may open the workspace. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { sharingCalls, type Member, type Members } from "./calls";
import { strings } from "../../strings";
import { Avatar, errorText, IconButton } from "../../ui/basics";
import { Dialog } from "../../ui/dialogs";
import { user as me } from "../../account";
import { useParts } from "../../workbench/parts";
import { words } from "./strings";

export function ShareDialog({ onClose }: { onClose: () => void }): JSX.Element {
  const { socket } = useParts();
  const [people, setPeople] = useState<readonly Member[]>([]);
  const [email, setEmail] = useState("");
  const [role, setRole] = useState("editor");
  const [problem, setProblem] = useState<string | null>(null);
  const take = (answer: Promise<Members>) =>
    answer.then(
      (found) => {
        setPeople(found.people);
        setProblem(null);
      },
      (error: unknown) => setProblem(errorText(error)),
    );
  useEffect(() => void take(sharingCalls.people(socket.workspace)), []);
  const share = (event: Event) => {
    event.preventDefault();
    void take(sharingCalls.share(socket.workspace, email.trim(), role)).then(() => setEmail(""));
  };
  return (
    <Dialog label={words.shareTitle} class="dialog share" onClose={onClose}>
      <div class="hd">
        <h2>{words.shareTitle}</h2>
        <IconButton icon="close" label={strings.close} onClick={onClose} />
      </div>
      <form class="invite" onSubmit={share}>
        <input class="field" type="email" required autofocus placeholder={words.shareEmail} aria-label={words.shareEmail} value={email} onInput={(event) => setEmail(event.currentTarget.value)} />
        <select class="field" aria-label={words.role} value={role} onChange={(event) => setRole(event.currentTarget.value)}>
          {Object.entries(words.roles).map(([id, label]) => (
            <option key={id} value={id}>
              {label}
            </option>
          ))}
        </select>
        <button type="submit" class="btn p">
          {words.invite}
        </button>
      </form>
      <p class="muted help">{words.shareNote[role]}</p>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      <ul class="people">
        {people.map((person) => (
          <li key={person.user.id}>
            <Avatar id={person.user.id} name={person.user.name} />
            <span>
              <b>{person.user.name}</b>
              <small>{person.user.email}</small>
            </span>
            <span class="muted">{words.roles[person.role] ?? person.role}</span>
            {person.user.id !== me.value?.id && (
              <IconButton icon="close" label={words.removePerson(person.user.name)} onClick={() => void take(sharingCalls.unshare(socket.workspace, person.user.id))} />
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
