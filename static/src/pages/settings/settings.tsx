/** What a person changes about themselves: name, email, password, theme. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { user } from "../../account";
import { keepSecret } from "../../net/http";
import { settingsCalls } from "./calls";
import { strings } from "../../strings";
import { setTheme, theme, type Theme } from "../../theme";
import { Field, Form } from "../../ui/form";
import { SiteHeader } from "../../ui/site-header";
import { account, hasAddress } from "../strings";
import { Quotas } from "./quotas";
import { words } from "./strings";

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
        <Quotas />
      </main>
    </div>
  );
}

function Profile(): JSX.Element {
  const [name, setName] = useState(user.value?.name ?? "");
  const [email, setEmail] = useState(user.value !== null && hasAddress(user.value) ? user.value.email : "");
  const administrator = user.value?.privilege === "administrator";
  const send = async () => {
    // What has not been changed is not sent: the address of the first account is none, and must not keep it from a name.
    const known = user.value;
    const change = { ...(name === known?.name ? {} : { name }), ...(email === known?.email || email === "" ? {} : { email }) };
    if (Object.keys(change).length > 0) user.value = (await settingsCalls.changeMe(change)).user;
    return account.saved;
  };
  return (
    <Form title={words.profile} action={words.save} send={send} testId="profile">
      <Field label={account.name} value={name} onValue={setName} autocomplete="name" />
      <Field label={account.email} value={email} onValue={setEmail} autocomplete="email" readOnly={!administrator} optional={email === ""} testId="own-email" />
      {email === "" && administrator && <p class="muted">{words.noAddress}</p>}
      {!administrator && <p class="muted">{words.whoChangesAddresses}</p>}
    </Form>
  );
}

function Appearance(): JSX.Element {
  const choose = (value: Theme) => {
    setTheme(value);
    void settingsCalls.settings({ theme: value }).catch(() => undefined);
  };
  return (
    <section class="block">
      <h2>{words.appearance}</h2>
      <div class="row">
        <span id="theme-label">{words.theme}</span>
        <span class="segments" role="radiogroup" aria-labelledby="theme-label">
          {(["system", "light", "dark"] as const).map((value) => (
            <label key={value}>
              <input type="radio" name="theme" value={value} checked={theme.value === value} onChange={() => choose(value)} />
              <span>{words.themes[value]}</span>
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
    if (fresh !== again) throw new Error(words.passwordsDiffer);
    keepSecret((await settingsCalls.password(has ? old : null, fresh)).secret);
    if (user.value !== null) user.value = { ...user.value, has_password: true };
    [setOld, setFresh, setAgain].forEach((clear) => clear(""));
    return has ? words.passwordChanged : words.passwordSet;
  };
  return (
    <Form title={has ? words.changePassword : account.setPasswordAction} action={words.save} send={send} testId="password-form">
      {has && <Field label={words.oldPassword} value={old} onValue={setOld} type="password" autocomplete="current-password" />}
      <Field label={words.newPassword} value={fresh} onValue={setFresh} type="password" autocomplete="new-password" hint={account.leastPassword} />
      <Field label={words.repeatPassword} value={again} onValue={setAgain} type="password" autocomplete="new-password" />
    </Form>
  );
}
