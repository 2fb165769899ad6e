/** The top bar of the pages outside worksheets. */

import type { JSX } from "preact";
import { strings } from "../strings";
import { AccountMenu } from "./account-menu";
import { Leaf } from "./icons";

export function SiteHeader(): JSX.Element {
  return (
    <header class="site">
      <a class="skip" href="#content">
        {strings.skip}
      </a>
      <a class="home" href="/workspaces">
        <Leaf />
        <b>{strings.product}</b>
      </a>
      <span class="sp" />
      <AccountMenu />
    </header>
  );
}
