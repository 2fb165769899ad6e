/** A plot or a picture, as an image of its own bytes: nothing in it runs, not even in SVG. It comes with the first one. */

import "../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fromBase64 } from "../net/base64";
import { strings } from "../strings";
import { mayBeDrawn } from "./drawing";
import type { Image } from "./kinds/image";

const SVG = "image/svg+xml";

export function Picture({ item }: { item: Image }): JSX.Element {
  const [address, setAddress] = useState<string | null>("");
  useEffect(() => {
    const made = addressOf(item);
    setAddress(made);
    return () => {
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [item.data, item.mime]);
  if (address === null) return <p class="note">{item.mime === SVG ? strings.tooMuchToDraw(item.alt) : strings.failed}</p>;
  if (address === "") return <div />;
  return <img class="picture" src={address} alt={item.alt || strings.plot} {...(item.width === null ? {} : { width: item.width })} />;
}

function addressOf(item: Image): string | null {
  try {
    if (item.mime === SVG && !mayBeDrawn(item.data)) return null;
    const data = item.mime === SVG ? item.data : fromBase64(item.data.replace(/\s/g, ""));
    return URL.createObjectURL(new Blob([data], { type: item.mime }));
  } catch {
    return null;
  }
}
