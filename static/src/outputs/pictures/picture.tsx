/** A plot or a picture, as an image of its own bytes: nothing in it runs, not even in SVG. It comes with the first one. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { fromBase64 } from "../../net/base64";
import { strings } from "../../strings";
import { Icon } from "../../ui/icons";
import { Menu } from "../../ui/menu";
import type { Image } from "../kinds/image";
import { mayBeDrawn } from "./drawing";
import { endingOf, fileName, save, toPng } from "./saving";
import { sizeOf, sizeOfDrawing, type Size } from "./size";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  plot: "Plot",
  tooMuchToDraw: (what: string) => `This drawing asks for too much to be drawn, and is not shown${what ? `: ${what}` : "."}`,
  actions: (what: string) => `What to do with: ${what}`,
  save: (form: string) => `Download as ${form.toUpperCase()}`,
  copy: "Copy the picture",
};

const SVG = "image/svg+xml";

export function Picture({ item }: { item: Image }): JSX.Element {
  // At once and not in an effect: a plot that follows a slider would be a frame later.
  const blob = useMemo(() => blobOf(item), [item.data, item.mime]);
  const address = useMemo(() => (blob === null ? "" : URL.createObjectURL(blob)), [blob]);
  useEffect(() => () => URL.revokeObjectURL(address), [address]);
  const size = useMemo(() => (item.mime === SVG ? sizeOfDrawing(item.data) : sizeOf(item.width ?? 0, item.height ?? 0)), [item]);
  if (blob === null) return <p class="note">{item.mime === SVG ? words.tooMuchToDraw(item.alt) : strings.failed}</p>;
  return <Plate item={item} blob={blob} address={address} size={size} />;
}

function Plate({ item, blob, address, size }: { item: Image; blob: Blob; address: string; size: Size | null }): JSX.Element {
  const image = useRef<HTMLImageElement>(null);
  const alt = item.alt || words.plot;
  const shape = size === null ? {} : { width: Math.round(size.width), height: Math.round(size.height), style: { aspectRatio: `${size.width} / ${size.height}` } };
  const own = endingOf(item.mime);
  const shown = () => size ?? { width: image.current!.naturalWidth, height: image.current!.naturalHeight };
  const png = () => (item.mime === "image/png" ? Promise.resolve(blob) : toPng(image.current!, shown()));
  const entries = [
    { label: words.save(own), run: () => save(blob, fileName(alt, own)) },
    ...(own === "svg" ? [{ label: words.save("png"), run: () => void png().then((made) => save(made, fileName(alt, "png"))) }] : []),
    // A browser that lets no page write pictures into the clipboard has its own menu for it.
    { label: words.copy, run: () => void navigator.clipboard?.write([new ClipboardItem({ "image/png": png() })]).catch(() => undefined) },
  ];
  return (
    <div class="plate">
      <img ref={image} class="picture" src={address} alt={alt} {...shape} />
      <Menu label={words.actions(alt.slice(0, 80))} class="ib" button={<Icon name="more" />} entries={entries} testId="picture-menu" />
    </div>
  );
}

/** The bytes of a picture, or null for what can't be shown. */
function blobOf(item: Image): Blob | null {
  try {
    if (item.mime === SVG && !mayBeDrawn(item.data)) return null;
    const data = item.mime === SVG ? item.data : fromBase64(item.data.replace(/\s/g, ""));
    return new Blob([data], { type: item.mime });
  } catch {
    return null;
  }
}
