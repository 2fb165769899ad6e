/** A plot or a picture, as an image of its own bytes: nothing in it runs, not even in SVG. It comes with the first one. */

import "../common";
import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { fromBase64 } from "../net/base64";
import { strings } from "../strings";
import { mayBeDrawn } from "./drawing";
import type { Image } from "./kinds/image";

/** Its own, as it comes apart from the page. Another language is another table of this shape. */
const words = {
  plot: "Plot",
  tooMuchToDraw: (what: string) => `This drawing asks for too much to be drawn, and is not shown${what ? `: ${what}` : "."}`,
};

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
  if (address === null) return <p class="note">{item.mime === SVG ? words.tooMuchToDraw(item.alt) : strings.failed}</p>;
  if (address === "") return <div />;
  return (
    <div class="plate">
      <img class="picture" src={address} alt={item.alt || words.plot} {...(item.width === null ? {} : { width: item.width })} />
    </div>
  );
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
