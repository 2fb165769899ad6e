/** What stands in one area of an output. */

import type { JSX } from "preact";
import { useContext, useMemo } from "preact/hooks";
import { shownOf } from "./kinds";
import { AroundContext, PlaceContext, standing } from "./place";

export function Area({ area }: { area: number }): JSX.Element | null {
  const around = useContext(AroundContext);
  const { pieces } = useContext(PlaceContext);
  const inside = useMemo(() => [...around, area], [around, area]);
  const shown = useMemo(() => shownOf(standing(pieces, area)), [pieces, area]);
  if (around.includes(area)) return null;
  // By place and kind: what takes the place of something of its kind is shown by the same element, so that a picture stays until the next one is there.
  return (
    <div class="out area" data-area={area}>
      <AroundContext.Provider value={inside}>
        {shown.map(({ kind, item }, place) => (
          <Item key={`${kind.id} ${place}`} show={() => kind.show(item)} />
        ))}
      </AroundContext.Provider>
    </div>
  );
}

function Item({ show }: { show: () => JSX.Element }): JSX.Element {
  return show();
}
