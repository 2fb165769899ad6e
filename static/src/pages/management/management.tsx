/** Management, for administrators: a menu of the pages that have registered. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { user } from "../../account";
import { strings } from "../../strings";
import { AccountMenu } from "../../ui/account-menu";
import { Icon, Leaf } from "../../ui/icons";
import "./index";
import { managementPages } from "./registry";
import { words } from "./strings";

export function Management(): JSX.Element {
  const pages = managementPages.all();
  const [part, setPart] = useState(pages[0]?.id ?? "");
  useEffect(() => {
    document.title = strings.titled(strings.management);
  }, []);
  const Page = managementPages.get(part)?.Page;
  return (
    <div class="manage">
      <nav class="side" aria-label={strings.management}>
        <a class="br" href="/workspaces" title={strings.workspaces}>
          <Leaf />
          {strings.management}
        </a>
        {pages.map((each) => (
          <button key={each.id} type="button" class={each.id === part ? "on" : ""} aria-current={each.id === part ? "page" : undefined} data-testid={`manage-${each.id}`} onClick={() => setPart(each.id)}>
            <Icon name={each.icon} />
            {each.label}
          </button>
        ))}
      </nav>
      <main id="content">
        <div class="corner">
          <AccountMenu />
        </div>
        {user.value?.privilege !== "administrator" ? <p>{words.forAdministrators}</p> : Page && <Page />}
      </main>
    </div>
  );
}
