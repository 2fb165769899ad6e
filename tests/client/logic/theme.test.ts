import { page } from "./page";
import assert from "node:assert/strict";
import { test } from "node:test";
import { isDark, setTheme, switchTheme, theme } from "client/theme";

const marked = () => document.documentElement.dataset["theme"];

test("without a choice the system's theme holds, and nothing is marked", () => {
  setTheme("system");
  assert.equal(marked(), undefined);
  page.dark = true;
  assert.equal(isDark(), true);
  page.dark = false;
  assert.equal(isDark(), false);
});

test("a choice is marked, kept, and stronger than the system", () => {
  page.dark = true;
  setTheme("light");
  assert.deepEqual([marked(), isDark(), localStorage.getItem("sagews.theme"), theme.value], ["light", false, "light", "light"]);
});

test("switching goes to the other of what is seen now", () => {
  page.dark = true;
  setTheme("system");
  switchTheme();
  assert.equal(theme.value, "light");
  switchTheme();
  assert.equal(theme.value, "dark");
});
