/** What may follow where no session can be asked: names of the environment, which scripts/environment_names.py has written down, and those of the sheet. */

import type { Completions } from "../../../editor/asking";

type Names = Readonly<Record<string, string>>;
type Option = Completions["options"][number];

export interface Environment {
  readonly names: Names;
  readonly members: Readonly<Record<string, Names | undefined>>;
  readonly gives: Readonly<Record<string, string | undefined>>;
}

const BEFORE = /(?:^|[^\w.\])}'"])((?:[A-Za-z_]\w{0,99}\.){0,3})(\w{0,100})$/;
/** Characters before the caret that are looked at, and characters of the sheet. */
const REACH = 400;
const MOST_TEXT = 1_000_000;
const MOST = 300;

/** What may follow at the caret, null where nothing is known. */
export function knownAt(code: string, cursor: number, texts: readonly string[], environment: Environment): Completions | null {
  const found = BEFORE.exec(code.slice(Math.max(0, cursor - REACH), cursor));
  if (found === null) return null;
  const [path, prefix] = [(found[1] ?? "").replace(/\.$/, ""), found[2] ?? ""];
  if (path === "" && !/^[A-Za-z_]\w/.test(prefix)) return null;
  const sheet = texts.join("\n").slice(0, MOST_TEXT);
  const options = path === "" ? [...namesIn(sheet), ...optionsOf(environment.names)] : optionsOf(membersOf(path, sheet, environment));
  const unique = new Map<string, Option>();
  for (const each of options) if (each.label.startsWith(prefix) && each.label !== prefix && !unique.has(each.label)) unique.set(each.label, each);
  const sorted = [...unique.values()].sort((one, other) => (one.label < other.label ? -1 : 1)).slice(0, MOST);
  return sorted.length === 0 ? null : { from: cursor - prefix.length, to: cursor, options: sorted, source: "environment" };
}

function optionsOf(names: Names): Option[] {
  return Object.entries(names).flatMap(([kind, each]) => each.split(" ").map((label) => ({ label, kind })));
}

/** The names that the cells make, in one pass. */
function namesIn(sheet: string): Option[] {
  const found: Option[] = [];
  for (const match of sheet.matchAll(/^[ \t]*(?:(def|class)[ \t]+([A-Za-z_]\w*)|([A-Za-z_]\w*)(?:\([\w, ]{0,100}\))?[ \t]*=(?!=))/gm)) {
    const [, word, defined, assigned] = match;
    found.push({ label: defined ?? assigned ?? "", kind: word === "class" ? "class" : word === "def" ? "function" : "variable" });
  }
  return found;
}

/** What stands behind a name and a dot: that of a module, of a global name, or of the class of what the sheet made it. */
function membersOf(path: string, sheet: string, { members, gives }: Environment): Names {
  const module = moduleOf(path, sheet);
  if (module !== null) return own(members, `the module ${module}`) ?? {};
  if (path.includes(".")) return {};
  const made = new RegExp(`^[ \\t]*${path}[ \\t]*=[ \\t]*(?:([A-Za-z_][\\w.]{0,99})\\(|(['"])|(\\[)|(\\{))`, "gm");
  const last = [...sheet.matchAll(made)].at(-1);
  if (last === undefined) return own(members, path) ?? {};
  const [, maker, text, list] = last;
  if (maker === undefined) return own(members, `the class of ${text !== undefined ? "''" : list !== undefined ? "[1]" : "{}"}`) ?? {};
  const kind = own(gives, maker) ?? own(gives, maker.replace(/\.\w+$/, ".*"));
  return (kind === undefined ? undefined : own(members, kind)) ?? {};
}

/** The module that a name is in this sheet, null for none. */
function moduleOf(path: string, sheet: string): string | null {
  const [first, ...rest] = path.split(".");
  const imported = new RegExp(`^[ \\t]*import[ \\t]+(?:([\\w.]+)[ \\t]+as[ \\t]+${first}|${first}(?:\\.\\w+)*)[ \\t]*$`, "m").exec(sheet);
  return imported === null ? null : [imported[1] ?? first, ...rest].join(".");
}

function own<Value>(table: Readonly<Record<string, Value | undefined>>, key: string): Value | undefined {
  return Object.hasOwn(table, key) ? table[key] : undefined;
}
