/** Management, for administrators: workers, users, logs. Thin for now. */

import "../../common";
import type { ComponentType, JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { user } from "../../account";
import { strings } from "../../strings";
import { AccountMenu } from "../../ui/account-menu";
import { Icon, Leaf, type IconName } from "../../ui/icons";
import { Logs } from "./logs";
import { Users } from "./users";
import { Workers } from "./workers";

const PARTS: { id: string; icon: IconName; label: string; view: ComponentType }[] = [
  { id: "workers", icon: "gear", label: strings.workers, view: Workers },
  { id: "users", icon: "users", label: strings.users, view: Users },
  { id: "logs", icon: "list", label: strings.logs, view: Logs },
];

export function Management(): JSX.Element {
  const [part, setPart] = useState("workers");
  useEffect(() => {
    document.title = strings.titled(strings.management);
  }, []);
  const View = PARTS.find((each) => each.id === part)!.view;
  return (
    <div class="manage">
      <nav class="side" aria-label={strings.management}>
        <a class="br" href="/workspaces" title={strings.workspaces}>
          <Leaf />
          {strings.management}
        </a>
        {PARTS.map((each) => (
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
        {user.value?.privilege === "administrator" ? <View /> : <p>{strings.forAdministrators}</p>}
      </main>
    </div>
  );
}
