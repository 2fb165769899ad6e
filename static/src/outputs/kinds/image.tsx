/** Plots and pictures, each as an image of its own bytes: nothing in it runs, not even in SVG. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fromBase64 } from "../../net/base64";
import { strings } from "../../strings";
import { outputKinds, textOf, type OutputKind } from "../kinds";

interface Image {
  readonly mime: string;
  readonly data: string;
  readonly alt: string;
  readonly width: number | null;
}

const image: OutputKind<Image> = {
  id: "image",
  mime: ["image/svg+xml", "image/png", "image/jpeg", "image/gif", "image/webp"],
  read: ({ mime, data, metadata, plain }) => ({
    mime,
    data,
    alt: textOf(metadata["title"]) || plain,
    width: typeof metadata["width"] === "number" ? metadata["width"] : null,
  }),
  show: (item) => <Picture item={item} />,
};

outputKinds.add(image);

function Picture({ item }: { item: Image }): JSX.Element {
  const [address, setAddress] = useState<string | null>(null);
  useEffect(() => {
    const made = addressOf(item);
    setAddress(made);
    return () => {
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [item.data, item.mime]);
  if (address === null) return <p class="note">{strings.failed}</p>;
  // Drawings have a transparent ground and are meant for paper; photographs are not.
  const drawn = item.mime === "image/svg+xml" || /^(Graphics|<Figure|<matplotlib)/.test(item.alt);
  return <img class={drawn ? "picture drawn" : "picture"} src={address} alt={item.alt || strings.plot} {...(item.width === null ? {} : { width: item.width })} />;
}

function addressOf(item: Image): string | null {
  try {
    const data = item.mime === "image/svg+xml" ? item.data : fromBase64(item.data.replace(/\s/g, ""));
    return URL.createObjectURL(new Blob([data], { type: item.mime }));
  } catch {
    return null;
  }
}
