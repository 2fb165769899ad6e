/** The person's own menu, at the right of every top bar. */

import type { JSX } from "preact";
import { signOut, user } from "../account";
import { go } from "../router";
import { strings } from "../strings";
import { switchTheme } from "../theme";
import { colourOf, initials } from "./basics";
import { Menu, type MenuEntry } from "./menu";

export function AccountMenu(): JSX.Element | null {
  const me = user.value;
  if (me === null) return null;
  const entries: MenuEntry[] = [
    { label: strings.workspaces, run: () => go("/workspaces") },
    { label: strings.settings, run: () => go("/settings") },
    ...(me.privilege === "administrator" ? [{ label: strings.management, run: () => go("/management") }] : []),
    { label: strings.commands.theme, run: switchTheme },
    { label: strings.signOut, run: () => void signOut() },
  ];
  const badge = (
    <span class="av" data-initials={initials(me.name)} style={{ background: colourOf(me.id) }} />
  );
  return <Menu label={`${strings.accountMenu}: ${me.name}`} entries={entries} button={badge} class="avb" testId="account-menu" />;
}
