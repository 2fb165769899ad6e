/** What a person changes about themselves: name, email, password, theme. */

import "../common";
import type { ComponentChildren, JSX } from "preact";
import { useEffect, useId, useState } from "preact/hooks";
import { user } from "../account";
import { api, keepSecret } from "../net/api";
import { strings } from "../strings";
import { setTheme, theme, type Theme } from "../theme";
import { errorText } from "../ui/basics";
import { SiteHeader } from "../ui/site-header";

export function SettingsPage(): JSX.Element {
  useEffect(() => {
    document.title = strings.titled(strings.settings);
  }, []);
  return (
    <div class="page">
      <SiteHeader />
      <main class="wrap narrow" id="content">
        <div class="hd">
          <h1>{strings.settings}</h1>
        </div>
        <Profile />
        <Appearance />
        <Password />
      </main>
    </div>
  );
}

interface FieldProps {
  label: string;
  value: string;
  onValue: (value: string) => void;
  type?: "text" | "password";
  autocomplete?: string;
  testId?: string;
}

export function Field(props: FieldProps): JSX.Element {
  const id = useId();
  return (
    <div class="row">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        class="field"
        {...({ type: props.type ?? "text" } as { type: "text" })}
        required
        value={props.value}
        autocomplete={props.autocomplete}
        data-testid={props.testId}
        onInput={(event) => props.onValue(event.currentTarget.value)}
      />
    </div>
  );
}

/** A form that sends, then says what came of it. */
export function Form(props: { title: string; action: string; send: () => Promise<string>; children: ComponentChildren; testId?: string }): JSX.Element {
  const [result, setResult] = useState<{ text: string; bad: boolean } | null>(null);
  const submit = (event: Event) => {
    event.preventDefault();
    props.send().then(
      (text) => setResult({ text, bad: false }),
      (error: unknown) => setResult({ text: errorText(error), bad: true }),
    );
  };
  return (
    <form class="block" onSubmit={submit} aria-label={props.title} data-testid={props.testId}>
      <h2>{props.title}</h2>
      {props.children}
      <div class="row">
        <span />
        <span class="done">
          <button class="btn p" type="submit">
            {props.action}
          </button>
          <span role="status" class={result?.bad ? "problem" : "muted"}>
            {result?.text}
          </span>
        </span>
      </div>
    </form>
  );
}

function Profile(): JSX.Element {
  const [name, setName] = useState(user.value?.name ?? "");
  const [email, setEmail] = useState(user.value?.email ?? "");
  const send = async () => {
    user.value = (await api.changeMe({ name, email })).user;
    return strings.saved;
  };
  return (
    <Form title={strings.profile} action={strings.save} send={send} testId="profile">
      <Field label={strings.name} value={name} onValue={setName} autocomplete="name" />
      <Field label={strings.email} value={email} onValue={setEmail} autocomplete="email" />
    </Form>
  );
}

function Appearance(): JSX.Element {
  const choose = (value: Theme) => {
    setTheme(value);
    void api.settings({ theme: value }).catch(() => undefined);
  };
  return (
    <section class="block">
      <h2>{strings.appearance}</h2>
      <div class="row">
        <span id="theme-label">{strings.theme}</span>
        <span class="segments" role="radiogroup" aria-labelledby="theme-label">
          {(["system", "light", "dark"] as const).map((value) => (
            <label key={value}>
              <input type="radio" name="theme" value={value} checked={theme.value === value} onChange={() => choose(value)} />
              <span>{strings.themes[value]}</span>
            </label>
          ))}
        </span>
      </div>
    </section>
  );
}

function Password(): JSX.Element {
  const [old, setOld] = useState("");
  const [fresh, setFresh] = useState("");
  const [again, setAgain] = useState("");
  const has = user.value?.has_password === true;
  const send = async () => {
    if (fresh !== again) throw new Error(strings.passwordsDiffer);
    keepSecret((await api.password(has ? old : null, fresh)).secret);
    if (user.value !== null) user.value = { ...user.value, has_password: true };
    [setOld, setFresh, setAgain].forEach((clear) => clear(""));
    return strings.passwordChanged;
  };
  return (
    <Form title={has ? strings.changePassword : strings.setPasswordAction} action={strings.save} send={send} testId="password-form">
      {has && <Field label={strings.oldPassword} value={old} onValue={setOld} type="password" autocomplete="current-password" />}
      <Field label={strings.newPassword} value={fresh} onValue={setFresh} type="password" autocomplete="new-password" />
      <Field label={strings.repeatPassword} value={again} onValue={setAgain} type="password" autocomplete="new-password" />
    </Form>
  );
}
