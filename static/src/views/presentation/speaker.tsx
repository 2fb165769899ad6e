/** What the speaker sees beside the slide: notes, what comes next, and the time. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import { plainTitle } from "../../prose/plain-title";
import { strings } from "../../strings";
import { useParts } from "../../workbench/parts";
import type { Deck } from "./deck";
import { words } from "./strings";

export function Speaker({ deck }: { deck: Deck }): JSX.Element {
  const { drawn } = useParts();
  const place = deck.place.value;
  const slide = deck.slides.value[place]!;
  const next = deck.slides.value[place + 1];
  const body = { data: { "text/markdown": slide.notes.join("\n\n") }, metadata: {} };
  return (
    <aside class="speaker" aria-label={words.notes} data-testid="speaker-notes">
      <Clock />
      <h2>{words.notes}</h2>
      {slide.notes.length === 0 ? <p class="muted">{words.noNotes}</p> : drawn([{ sequence: 1, kind: "display", body }]).map((item) => <div key={place}>{item.show()}</div>)}
      <h2>{words.upNext}</h2>
      <p>{next === undefined ? words.last : plainTitle(next.heading) || strings.untitled}</p>
    </aside>
  );
}

function Clock(): JSX.Element {
  const [began, begin] = useState(() => Date.now());
  const [now, tick] = useState(began);
  useEffect(() => {
    const timer = window.setInterval(() => tick(Date.now()), 500);
    return () => window.clearInterval(timer);
  }, []);
  const spoken = Math.max(0, Math.floor((now - began) / 1000));
  const two = (count: number) => String(count).padStart(2, "0");
  const time = new Date(now).toLocaleTimeString(strings.locale, { hour: "2-digit", minute: "2-digit" });
  return (
    <div class="clock">
      <b class="num" role="timer" aria-label={words.elapsed} data-testid="elapsed">{`${Math.floor(spoken / 60)}:${two(spoken % 60)}`}</b>
      <span class="num">{time}</span>
      <button type="button" class="btn q" onClick={() => (begin(Date.now()), tick(Date.now()))}>{words.again}</button>
    </div>
  );
}
