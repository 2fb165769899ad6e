/** Management, for administrators: a menu of the pages that have registered. */

import "../../common";
import type { JSX } from "preact";
import { useEffect } from "preact/hooks";
import { user } from "../../account";
import { strings } from "../../strings";
import { AccountMenu } from "../../ui/account-menu";
import { Leaf } from "../../ui/icons";
import "./index";
import { managementPages } from "./registry";
import { words } from "./strings";

export function Management({ part }: { part: string | null }): JSX.Element {
  const allowed = user.value?.privilege === "administrator";
  const pages = allowed ? managementPages.all() : [];
  const shown = managementPages.get(part ?? "") ?? pages[0];
  useEffect(() => {
    document.title = strings.titled(strings.management);
  }, []);
  const Page = shown?.Page;
  return (
    <div class="manage">
      <nav class="side" aria-label={strings.management}>
        <a class="br" href="/workspaces" title={strings.workspaces}>
          <Leaf />
          {strings.management}
        </a>
        {pages.map((each) => (
          <a key={each.id} href={`/management/${each.id}`} class={each === shown ? "on" : ""} aria-current={each === shown ? "page" : undefined} data-testid={`manage-${each.id}`}>
            <svg class="ic" viewBox="0 0 16 16" aria-hidden="true">
              <path d={each.icon} />
            </svg>
            {each.label}
          </a>
        ))}
      </nav>
      <main id="content">
        <div class="corner">
          <AccountMenu />
        </div>
        {allowed ? Page && <Page key={shown?.id} /> : <p>{words.forAdministrators}</p>}
      </main>
    </div>
  );
}
