/** A formula that is shown as a picture: its own elements, styles and fonts in an SVG of which the browser makes pixels. */

/** Pixels for one of the screen: enough for paper. */
const SCALE = 3;
/** Pixels across that browsers still draw. */
const MOST = 8000;
const MARGIN = 8;

export async function pictureOf(element: HTMLElement): Promise<Blob> {
  const html = element.querySelector<HTMLElement>(".katex-html");
  if (html === null) throw new Error("no formula");
  const box = element.getBoundingClientRect();
  const size = { width: Math.max(element.scrollWidth, box.width) + 2 * MARGIN, height: Math.max(element.scrollHeight, box.height) + 2 * MARGIN };
  const svg = drawing(element, await styles(element), size);
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  return pixels(image, size);
}

function drawing(element: HTMLElement, css: string, { width, height }: { width: number; height: number }): string {
  const holder = document.createElement("div");
  const { fontSize, lineHeight } = getComputedStyle(element);
  holder.style.cssText = `margin:${MARGIN}px;color:#000;font-size:${fontSize};line-height:${lineHeight};width:${width - 2 * MARGIN}px`;
  const style = document.createElement("style");
  style.textContent = css;
  const copy = element.cloneNode(true) as HTMLElement;
  copy.querySelectorAll(".katex-mathml").forEach((each) => each.remove());
  // The frame in which it scrolls stays behind.
  holder.append(style, ...copy.childNodes);
  const text = new XMLSerializer().serializeToString(holder);
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${text}</foreignObject></svg>`;
}

async function pixels(image: HTMLImageElement, { width, height }: { width: number; height: number }): Promise<Blob> {
  const scale = Math.min(SCALE, MOST / Math.max(width, height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(height * scale);
  const pen = canvas.getContext("2d");
  if (pen === null) throw new Error("no canvas");
  pen.fillStyle = "#fff";
  pen.fillRect(0, 0, canvas.width, canvas.height);
  pen.drawImage(image, 0, 0, canvas.width, canvas.height);
  return await new Promise((done, failed) => canvas.toBlob((blob) => (blob === null ? failed(new Error("no picture")) : done(blob)), "image/png"));
}

/** KaTeX's rules, with the fonts that this formula uses inside of them: a picture loads nothing. */
async function styles(element: HTMLElement): Promise<string> {
  const address = document.querySelector<HTMLMetaElement>("meta[name=math-css]")?.content ?? "";
  const sheet = [...document.styleSheets].find(({ href }) => href !== null && new URL(href).pathname === new URL(address, location.href).pathname);
  if (sheet === undefined) throw new Error("no styles");
  const families = new Set([...element.querySelectorAll(".katex-html *")].map((each) => getComputedStyle(each).fontFamily.split(",")[0]!.replace(/["']/g, "")));
  const rules = await Promise.all([...sheet.cssRules].map((rule) => (rule instanceof CSSFontFaceRule ? face(rule, families, sheet.href!) : rule.cssText)));
  return rules.join("\n");
}

async function face(rule: CSSFontFaceRule, families: ReadonlySet<string>, base: string): Promise<string> {
  if (!families.has(rule.style.getPropertyValue("font-family").replace(/["']/g, ""))) return "";
  const address = /url\(["']?([^"')]+\.woff2[^"')]*)/.exec(rule.cssText)?.[1];
  if (address === undefined) return "";
  const font = await (await fetch(new URL(address, base))).blob();
  const data = await new Promise<string>((done, failed) => {
    const reader = new FileReader();
    reader.onload = () => done(reader.result as string);
    reader.onerror = () => failed(reader.error ?? new Error("no font"));
    reader.readAsDataURL(font);
  });
  const { style } = rule;
  const of = (name: string) => `${name}:${style.getPropertyValue(name)}`;
  return `@font-face{${[of("font-family"), of("font-style"), of("font-weight")].join(";")};src:url(${data}) format("woff2")}`;
}
