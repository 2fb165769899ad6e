/** The one place where the parts meet: finds out who is here and shows the page of the address. */

import "./common";
import { render, type ComponentType, type JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { heedLink, known, start, user } from "./account";
import { hasSecret } from "./net/http";
import { askAhead } from "./net/ticket";
import { followLinks, go, route } from "./router";
import { strings } from "./strings";
import "./theme";

type Loader = () => Promise<ComponentType<never>>;

const pages: Record<string, Loader> = {
  signin: () => import("./pages/sign-in/sign-in").then((module) => module.SignIn),
  workspaces: () => import("./pages/workspaces/workspaces").then((module) => module.Workspaces),
  worksheet: () => import("./pages/worksheet").then((module) => module.WorksheetPage),
  settings: () => import("./pages/settings/settings").then((module) => module.SettingsPage),
  management: () => import("./pages/management/management").then((module) => module.Management),
};
const loaded = new Map<string, ComponentType<never>>();

function Page(): JSX.Element | null {
  const [, setCount] = useState(0);
  const where = route.value;
  const page = user.value === null ? "signin" : where.page === "signin" ? "workspaces" : where.page;
  const View = loaded.get(page) as ComponentType<Record<string, unknown>> | undefined;
  useEffect(() => {
    if (View !== undefined) return;
    void pages[page]!().then((view) => {
      loaded.set(page, view);
      setCount((count) => count + 1);
    });
  }, [page]);
  useEffect(() => {
    if (user.value !== null && where.page === "signin") go("/workspaces", true);
  }, [user.value, where.page]);
  if (View === undefined) return <p class="wait">{strings.loading}</p>;
  return <View {...where} />;
}

function Application(): JSX.Element | null {
  return known.value ? <Page /> : null;
}

/** Ask for everything that a worksheet needs at once, instead of one file when the last has named the next. */
function preloadWorksheet(): void {
  const names = document.querySelector<HTMLMetaElement>("meta[name=worksheet-files]")?.content ?? "";
  for (const name of names.split(" ").filter(Boolean)) {
    const link = document.createElement("link");
    link.rel = "modulepreload";
    link.href = `/static/${name}`;
    document.head.append(link);
  }
}

if (route.value.page === "worksheet") {
  preloadWorksheet();
  if (hasSecret()) askAhead(route.value.workspace);
}
document.addEventListener("click", followLinks);
window.addEventListener("hashchange", heedLink);
// The page's code comes while the server says who is here.
void pages[route.value.page]!().then((view) => loaded.set(route.value.page, view));
void start();
render(<Application />, document.getElementById("app")!);
