/** An animation, as its pictures. */

import type { JSX } from "preact";
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { fromBase64 } from "../../net/base64";
import type { Source } from "../kinds";
import { words } from "../scene/strings";
import { filmOf } from "./frames";
import { Player } from "./player";

export function FilmView({ source }: { source: Source }): JSX.Element {
  const film = useMemo(() => filmOf(source.data), [source.data]);
  const image = useRef<HTMLImageElement>(null);
  const [addresses, setAddresses] = useState<readonly string[]>([]);
  useEffect(() => {
    const made = (film?.frames ?? []).map((each) => URL.createObjectURL(new Blob([fromBase64(each)], { type: "image/png" })));
    setAddresses(made);
    return () => made.forEach((each) => URL.revokeObjectURL(each));
  }, [film]);
  const show = useCallback(
    (frame: number) => {
      if (image.current !== null && addresses[frame] !== undefined) image.current.src = addresses[frame];
    },
    [addresses],
  );
  if (film === null) return <p class="note">{words.unreadableAlone}</p>;
  const { width, height, delay, loop, told } = film;
  return (
    <div class="scene-output" data-testid="film">
      <div class="plate">
        <img ref={image} class="picture" width={width} height={height} style={{ aspectRatio: `${width} / ${height}` }} alt={source.plain || words.film} />
      </div>
      {film.frames.length > 1 && <Player count={film.frames.length} delay={delay} loop={loop} play show={show} />}
      {told && <p class="note">{told}</p>}
    </div>
  );
}
