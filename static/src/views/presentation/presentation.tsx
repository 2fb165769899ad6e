/** The presentation: the bar below the slide, the keys, the touch of a finger, and what the speaker sees beside it. */

import "../../common";
import { effect, useSignal, useSignalEffect } from "@preact/signals";
import type { JSX } from "preact";
import { useEffect, useLayoutEffect, useMemo } from "preact/hooks";
import { user } from "../../account";
import { IconButton } from "../../ui/basics";
import { Menu } from "../../ui/menu";
import type { PanelProps } from "../../workbench/panels";
import { useParts } from "../../workbench/parts";
import { Deck } from "./deck";
import { Following } from "./following";
import { keyActions, swipes } from "./hands";
import { Speaker } from "./speaker";
import { Stage } from "./stage";
import { words } from "./strings";

export function Presentation({ onClose }: PanelProps): JSX.Element {
  const parts = useParts();
  const { deck, following, stage } = useMemo(() => {
    return { deck: new Deck(parts), following: new Following(parts.worksheet.people, user.peek()?.id ?? null), stage: new Stage() };
  }, [parts]);
  const speaks = useSignal(false);
  const width = useSignal(0);
  useEffect(() => {
    const main = document.querySelector<HTMLElement>(".main");
    const measure = new ResizeObserver(() => (width.value = main?.clientWidth ?? window.innerWidth));
    if (main !== null) measure.observe(main);
    const ends = [deck.start(), following.start((cell) => deck.follow(cell)), swipes(main, deck), () => measure.disconnect()];
    parts.panels.keys = keyActions(parts, deck, { speak: () => (speaks.value = !speaks.value), fullScreen });
    return () => {
      ends.forEach((end) => end());
      parts.panels.keys = null;
      if (document.fullscreenElement !== null) void document.exitFullscreen();
    };
  }, [parts]);
  // Before anything is painted, or the whole sheet would flash.
  useLayoutEffect(() => {
    const ends = [stage.start(), effect(() => stage.show(deck.slides.value, deck.place.value, width.value))];
    return () => ends.forEach((end) => end());
  }, [parts]);
  useSignalEffect(() => {
    deck.place.value;
    document.querySelector(".main")?.scrollTo(0, 0);
  });
  const slides = deck.slides.value;
  const place = deck.place.value;
  return (
    <>
      {speaks.value && <Speaker deck={deck} />}
      <div class="present" role="toolbar" aria-label={words.bar} data-testid="presentation">
        <IconButton icon="back" label={words.previous} testId="slide-before" disabled={place === 0} onClick={() => deck.step(-1)} />
        <span class="num" data-testid="slide-place">{words.place(place + 1, slides.length)}</span>
        <IconButton icon="back" label={words.next} testId="slide-next" disabled={place === slides.length - 1} onClick={() => deck.step(1)} />
        <span class="sp" />
        <Followed following={following} />
        <button type="button" class="btn q" aria-pressed={speaks.value} data-testid="speaker" onClick={() => (speaks.value = !speaks.value)}>{words.speaker}</button>
        <button type="button" class="btn q wide" onClick={fullScreen}>{words.fullScreen}</button>
        <button type="button" class="btn q wide" onClick={() => window.print()}>{words.print}</button>
        <IconButton icon="close" label={words.end} testId="end-presentation" onClick={onClose} />
        <p class="hidden" aria-live="polite">{words.placeAloud(place + 1, slides.length, slides[place]!.heading)}</p>
      </div>
    </>
  );
}

/** Whom to follow, once somebody else is here. */
function Followed({ following }: { following: Following }): JSX.Element | null {
  const others = following.people.others.value.filter((person) => person.user !== following.own);
  const people = [...new Map(others.map((person) => [person.user, person.name])).entries()];
  if (people.length === 0) return null;
  const choose = (whom: string | null) => () => (following.whom.value = whom);
  const entries = [
    ...people.map(([id, name]) => ({ label: name, run: choose(id) })),
    { label: words.followOwn, run: choose(following.own) },
    { label: words.followNobody, run: choose(null) },
  ];
  const name = people.find(([id]) => id === following.whom.value)?.[1];
  return <Menu label={words.follow} class="btn q" button={<span>{name === undefined ? words.follow : `${words.follow}: ${name}`}</span>} entries={entries} testId="follow" />;
}

function fullScreen(): void {
  // A browser may refuse it, as on a phone: the slide fills the page all the same.
  if (document.fullscreenElement === null) void document.documentElement.requestFullscreen().catch(() => undefined);
  else void document.exitFullscreen();
}
