/** Users: the accounts of this installation. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { user as me } from "../../account";
import { ago } from "../../times";
import { managementCalls, type Account } from "./calls";
import { strings } from "../../strings";
import { Avatar, errorText } from "../../ui/basics";
import { Dialog } from "../../ui/dialogs";
import { Field, Form } from "../../ui/form";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import { icons } from "./icons";
import { managementPages } from "./registry";
import { account, hasAddress } from "../strings";
import { words } from "./strings";

managementPages.add({ id: "users", label: words.users, icon: icons.users, Page: Users });

/** The address of the command line's built-in account, which nobody can change; no other address is without an @. */
const OPERATOR = "operator";

function Users(): JSX.Element {
  const [users, setUsers] = useState<readonly Account[]>([]);
  const [problem, setProblem] = useState<string | null>(null);
  const [creating, setCreating] = useState(false);
  const [moving, setMoving] = useState<Account | null>(null);
  const fail = (error: unknown) => setProblem(errorText(error));
  const load = () => managementCalls.users().then((answer) => setUsers(answer.users), fail);
  useEffect(() => void load(), []);
  const change = (id: string, what: { privilege?: string; disabled?: boolean }) => void managementCalls.changeUser(id, what).then(load, fail);
  return (
    <>
      <div class="hd">
        <h1>{words.users}</h1>
        <button type="button" class="btn p" onClick={() => setCreating(true)} data-testid="new-user">
          <Icon name="plus" />
          {words.createUser}
        </button>
      </div>
      {problem !== null && <p class="problem" role="alert">{problem}</p>}
      <table class="plain">
        <thead>
          <tr>
            <th>{account.name}</th>
            <th class="wide">{account.email}</th>
            <th>{words.privilege}</th>
            <th class="wide">{words.created}</th>
            <th><span class="hidden">{strings.moreActions}</span></th>
          </tr>
        </thead>
        <tbody>
          {users.map((user) => (
            <tr key={user.id} data-testid="user">
              <td>
                <span class="nm">
                  <Avatar id={user.id} name={user.name} />
                  <span>
                    <b>{user.name}</b>
                    <small class="small-only">{addressOf(user)}</small>
                  </span>
                </span>
              </td>
              <td class="wide muted">{addressOf(user)}</td>
              <td>{user.disabled ? words.disabled : (words.privileges[user.privilege] ?? user.privilege)}</td>
              <td class="wide muted">{ago(user.created)}</td>
              <td class="acts">{user.id !== me.value?.id && user.email !== OPERATOR && <Actions user={user} change={change} move={() => setMoving(user)} />}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {moving !== null && (
        <Move
          user={moving}
          onClose={() => {
            setMoving(null);
            void load();
          }}
        />
      )}
      {creating && (
        <Create
          onClose={() => {
            setCreating(false);
            void load();
          }}
        />
      )}
    </>
  );
}

function addressOf(user: Account): string {
  return user.email === OPERATOR ? words.operator : hasAddress(user) ? user.email : words.noAddress;
}

function Actions({ user, change, move }: { user: Account; change: (id: string, what: { privilege?: string; disabled?: boolean }) => void; move: () => void }): JSX.Element {
  const administrator = user.privilege === "administrator";
  return (
    <Menu
      label={strings.actionsFor(user.name)}
      button={<Icon name="more" />}
      entries={[
        {
          label: administrator ? words.makeUser : words.makeAdministrator,
          run: () => change(user.id, { privilege: administrator ? "user" : "administrator" }),
        },
        { label: words.changeAddress, run: move },
        { label: user.disabled ? words.enable : words.disable, run: () => change(user.id, { disabled: !user.disabled }) },
      ]}
    />
  );
}

function Move({ user, onClose }: { user: Account; onClose: () => void }): JSX.Element {
  const [email, setEmail] = useState(hasAddress(user) ? user.email : "");
  const send = async () => {
    await managementCalls.changeUser(user.id, { email });
    onClose();
    return account.saved;
  };
  return (
    <Dialog label={words.changeAddress} onClose={onClose}>
      <Form title={user.name} action={words.changeAddress} send={send} testId="move" onCancel={onClose}>
        <Field label={account.email} value={email} onValue={setEmail} testId="new-email" />
      </Form>
    </Dialog>
  );
}

function Create({ onClose }: { onClose: () => void }): JSX.Element {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const send = async () => {
    await managementCalls.createUser({ name, email, password });
    onClose();
    return account.saved;
  };
  return (
    <Dialog label={words.createUser} onClose={onClose}>
      <Form title={words.createUser} action={words.create} send={send} testId="create-user" onCancel={onClose}>
        <Field label={account.name} value={name} onValue={setName} />
        <Field label={account.email} value={email} onValue={setEmail} />
        <Field label={words.initialPassword} value={password} onValue={setPassword} type="password" autocomplete="new-password" hint={account.leastPassword} />
      </Form>
    </Dialog>
  );
}
