/** Sign-in: an address, a password, and the modular group. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { askSite, entryNotice, signIn, site } from "../../account";
import { strings } from "../../strings";
import { errorText } from "../../ui/basics";
import { Leaf } from "../../ui/icons";
import { CENTRE, RADIUS, tessellation } from "./tessellation";
import { account } from "../strings";
import { words } from "./strings";

export function SignIn(): JSX.Element {
  useEffect(() => {
    document.title = strings.titled(words.signIn);
    askSite();
  }, []);
  return (
    <div class="signin">
      <Art />
      <main class="pane">
        <Form />
      </main>
    </div>
  );
}

function Form(): JSX.Element {
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [problem, setProblem] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const submit = (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setProblem(null);
    signIn(email, password)
      .catch((error: unknown) => setProblem(errorText(error)))
      .finally(() => setBusy(false));
  };
  const notice = problem ?? entryNotice.value;
  return (
    <form onSubmit={submit}>
      <div class="br">
        <Leaf />
        {strings.product}
      </div>
      <h1>{words.signIn}</h1>
      <p class="m">{site.value?.needs_first === true ? words.needsFirst : words.signInText}</p>
      <label for="email">{account.email}</label>
      <input id="email" class="in" type="text" inputMode="email" spellcheck={false} autocomplete="username" required autofocus value={email} data-testid="email" onInput={(event) => setEmail(event.currentTarget.value)} />
      <label for="password">{words.password}</label>
      <input id="password" class="in" type="password" autocomplete="current-password" required value={password} data-testid="password" onInput={(event) => setPassword(event.currentTarget.value)} />
      {notice !== null && (
        <p class="problem" role="alert" data-testid="signin-problem">
          {notice}
        </p>
      )}
      <button class="btn p" type="submit" disabled={busy} data-testid="signin">
        {busy ? words.signingIn : words.signIn}
      </button>
      {site.value?.needs_first === false && (
        <p class="hint" data-testid="no-password">
          {words.noPassword} <code>{words.noPasswordCommand}</code> {words.noPasswordFirst}
        </p>
      )}
    </form>
  );
}

function Art(): JSX.Element {
  const strokes = useMemo(tessellation, []);
  return (
    <div class="art">
      <svg viewBox="0 0 900 900" preserveAspectRatio="xMidYMid slice" role="img" aria-label={words.artCaption}>
        <circle cx={CENTRE} cy={CENTRE} r={RADIUS} fill="#174434" />
        <g fill="none" stroke="#cfe6d8">
          {strokes.map((stroke, index) => (
            <path key={index} d={stroke.path} opacity={stroke.opacity.toFixed(2)} stroke-width={stroke.width.toFixed(2)} />
          ))}
          <circle cx={CENTRE} cy={CENTRE} r={RADIUS} stroke-width="1.4" />
        </g>
      </svg>
    </div>
  );
}
