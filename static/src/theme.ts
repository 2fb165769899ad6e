/** Light or dark: the system's choice unless somebody chose. */

import { signal } from "@preact/signals";

export type Theme = "system" | "light" | "dark";

const KEY = "sagews.theme";

function stored(): Theme {
  const value = localStorage.getItem(KEY);
  return value === "light" || value === "dark" ? value : "system";
}

export const theme = signal<Theme>(stored());

export function setTheme(value: Theme): void {
  theme.value = value;
  localStorage.setItem(KEY, value);
  if (value === "system") delete document.documentElement.dataset["theme"];
  else document.documentElement.dataset["theme"] = value;
}

export function isDark(): boolean {
  if (theme.value !== "system") return theme.value === "dark";
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function switchTheme(): void {
  setTheme(isDark() ? "light" : "dark");
}

setTheme(theme.value);
