/** Completes a page that is downloaded, so that it needs nobody: formulas are set, fonts stand in it, and plots can be turned.
 *
 * The server writes it without scripts and with formulas as TeX. What is added is ours: KaTeX's markup, its styles and
 * fonts, and one script, by which the page's own policy lets no other run. Nothing of it is parsed here: whatever others
 * wrote is escaped in it, so that these marks stand nowhere but where the server put them. */

import "../../common";
import { toBase64 } from "../../net/base64";
import type { Link } from "../../net/socket";
import { figureOf } from "../../outputs/figures/reader";
import { scriptOf } from "../../outputs/figures/scripts";
import { typesetText } from "../../prose/math";

const POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'";
const HEAD = `<meta http-equiv="Content-Security-Policy" content="${POLICY}">`;
const FORMULA = /<code class="tex" data-display="(true|false)" data-tex="([^"]*)">[^<]*<\/code>/g;
const PLOT = '<figure data-form="';
const FIGURE = /<figure data-form="text\/vnd\.sagews\.figure" data-source="([^"]*)"/g;
const FONT = /url\(["']?([^)"']+\.woff2)["']?\)/g;
const ENTITIES: Readonly<Record<string, string>> = { lt: "<", gt: ">", amp: "&", quot: '"', "#x27": "'" };

/** The page with all that it needs; what draws figures of libraries is read over the link. */
export async function wholePage(parts: readonly Uint8Array<ArrayBuffer>[], link: Link): Promise<Uint8Array<ArrayBuffer>[]> {
  const page = await new Blob([...parts]).text();
  const [policy, styles, scripts] = [new Map<string, string>(), [] as string[], [] as string[]];
  const formulas = await formulasIn(page);
  if (formulas.size > 0) {
    styles.push(await mathStyles());
    policy.set("font-src", "data:");
  }
  if (page.includes(PLOT)) {
    const [{ default: viewer }, { default: looks }] = await Promise.all([import("offline-viewer"), import("offline-looks")]);
    const nonce = toBase64(crypto.getRandomValues(new Uint8Array(16)));
    styles.push(looks);
    const kept = await figureScripts(page, link);
    // Within frames of no origin these evaluate; the page's own script does not.
    policy.set("img-src", "data: blob:").set("script-src", `'nonce-${nonce}'${kept.length > 0 ? " 'unsafe-eval'" : ""}`);
    scripts.push(...kept);
    // What would end a script early, or begin another one: within texts and expressions of ours it says the same.
    scripts.push(`<script nonce="${nonce}">${viewer.replace(/<(?=\/script|script|!--)/gi, "\\x3c")}</script>\n`);
  }
  const added = styles.map((each) => `<style>${each}</style>\n`).join("");
  const whole = page
    .replace(FORMULA, (written) => formulas.get(written) ?? written)
    .replace(HEAD, () => HEAD.replace(POLICY, merged(policy)))
    .replace("</head>", () => `${added}</head>`);
  const end = whole.lastIndexOf("</body>");
  return [new TextEncoder().encode(whole.slice(0, end) + scripts.join("") + whole.slice(end))];
}

/** The scripts that figures of libraries need, as data that nothing runs; a figure whose scripts are kept no more stays in words. */
async function figureScripts(page: string, link: Link): Promise<string[]> {
  const names = new Set([...page.matchAll(FIGURE)].flatMap(([, source]) => figureOf(unescaped(source!))?.scripts ?? []));
  const found = await Promise.all([...names].map((name) => scriptOf(link, name).then(({ packed }) => packed.arrayBuffer(), () => null)));
  return [...names].flatMap((name, index) => {
    const data = found[index];
    return data ? [`<script type="application/gzip" data-script="${name}">${toBase64(new Uint8Array(data))}</script>\n`] : [];
  });
}

function merged(changes: ReadonlyMap<string, string>): string {
  const rules = new Map(POLICY.split("; ").map((rule) => rule.split(/ (.*)/, 2) as [string, string]));
  changes.forEach((values, name) => rules.set(name, values));
  return [...rules].map(([name, values]) => `${name} ${values}`).join("; ");
}

/** Each formula as it is written, and as it is set; what can't be set is not among them. */
async function formulasIn(page: string): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const [written, display, tex] of page.matchAll(FORMULA)) {
    if (found.has(written)) continue;
    const element = document.createElement("span");
    await typesetText(element, { tex: unescaped(tex!), display: display === "true" });
    if (!element.classList.contains("tex-error")) found.set(written, element.outerHTML);
  }
  return found;
}

function unescaped(text: string): string {
  return text.replace(/&(lt|gt|amp|quot|#x27);/g, (_, name: string) => ENTITIES[name]!);
}

/** KaTeX's styles, with the fonts in them. */
async function mathStyles(): Promise<string> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=math-css]")?.content ?? "";
  const styles = await (await fetched(address)).text();
  const fonts = new Map<string, string>();
  for (const [, name] of styles.matchAll(FONT)) {
    const data = await (await fetched(name!)).arrayBuffer();
    fonts.set(name!, `data:font/woff2;base64,${toBase64(new Uint8Array(data))}`);
  }
  return styles.replace(FONT, (_, name: string) => `url(${fonts.get(name)})`);
}

async function fetched(address: string): Promise<Response> {
  const answer = await fetch(new URL(address, location.href));
  if (!answer.ok) throw new Error(`${address}: ${answer.status}`);
  return answer;
}
