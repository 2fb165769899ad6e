/** Sound, films and documents, from bytes that the session has sent. The browser's own controls play them. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Json } from "../../net/messages";
import { fromBase64 } from "../../net/base64";
import { bytes } from "../../times";
import { words } from "./strings";

interface Props {
  mime: string;
  data: string;
  metadata: Readonly<Record<string, Json>>;
  plain: string;
}

/** An address of bytes in this page, until the component goes; null when they are none. */
export function useAddress(mime: string, data: string): { address: string; size: number } | null | undefined {
  const [made, setMade] = useState<{ address: string; size: number } | null | undefined>(undefined);
  useEffect(() => {
    let blob: Blob | null = null;
    try {
      blob = new Blob([fromBase64(data.replace(/\s/g, ""))], { type: mime });
    } catch {
      setMade(null);
      return;
    }
    const address = URL.createObjectURL(blob);
    setMade({ address, size: blob.size });
    return () => URL.revokeObjectURL(address);
  }, [mime, data]);
  return made;
}

export function Media({ mime, data, metadata, plain }: Props): JSX.Element {
  const made = useAddress(mime, data);
  if (made === undefined) return <div class="media" />;
  if (made === null) return <p class="note">{words.unreadable}</p>;
  const { address, size } = made;
  if (mime === "application/pdf") return <DocumentCard address={address} size={size} plain={plain} />;
  const label = plain.startsWith("<") || plain === "" ? null : plain;
  if (mime.startsWith("audio/")) return <audio class="media" controls src={address} aria-label={label ?? words.sound} loop={metadata["loop"] === true} data-testid="audio" />;
  const width = typeof metadata["width"] === "number" ? { width: metadata["width"] } : {};
  // A film that begins by itself may do so only without its sound, as browsers have it.
  const looped = metadata["loop"] === true ? { loop: true, muted: true, autoplay: true } : {};
  return <video class="media" controls playsInline src={address} aria-label={label ?? words.film} {...width} {...looped} data-testid="video" />;
}

/** The browser's own reader opens it in another page: nothing of a document is part of this one. */
function DocumentCard({ address, size, plain }: { address: string; size: number; plain: string }): JSX.Element {
  const name = plain.startsWith("<") ? "" : plain.slice(0, 200);
  return (
    <p class="paper" data-testid="pdf">
      <span>
        {name !== "" && <b>{name}</b>} {words.document(bytes(size))}
      </span>
      <a href={address} target="_blank" rel="noopener noreferrer">{words.open}</a>
      <a href={address} download="output.pdf">{words.download}</a>
    </p>
  );
}
