/** Plays frames, one after the other: with buttons, a slider and keys. Nothing plays by itself for who wants less motion. */

import type { JSX } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { Icon } from "../../ui/icons";
import { words } from "../scene/strings";
import { following, SPEEDS } from "./frames";

interface Props {
  count: number;
  /** Milliseconds that a frame stands. */
  delay: number;
  loop: boolean;
  play: boolean;
  show: (frame: number) => void;
}

export function Player({ count, delay, loop, play, show }: Props): JSX.Element {
  const bar = useRef<HTMLDivElement>(null);
  const [frame, setFrame] = useState(0);
  const [speed, setSpeed] = useState(1);
  const [repeat, setRepeat] = useState(loop);
  const [playing, setPlaying] = useState(() => play && !matchMedia("(prefers-reduced-motion: reduce)").matches);
  useEffect(() => show(frame), [frame, show]);
  useEffect(() => {
    if (!playing) return;
    const timer = setInterval(() => {
      // What is not on the screen need not move.
      if (document.hidden || !isSeen(bar.current)) return;
      setFrame((now) => following(now, count, repeat) ?? now);
    }, Math.max(delay / speed, 16));
    return () => clearInterval(timer);
  }, [playing, delay, speed, repeat, count]);
  useEffect(() => {
    if (playing && following(frame, count, repeat) === null) setPlaying(false);
  }, [frame, playing, repeat]);
  const toggle = () => {
    if (!playing && following(frame, count, repeat) === null) setFrame(0);
    setPlaying(!playing);
  };
  const step = (by: number) => {
    setPlaying(false);
    setFrame((now) => (now + by + count) % count);
  };
  return (
    <div ref={bar} class="player" role="group" aria-label={words.film} data-testid="player">
      <button type="button" class="ib" aria-label={playing ? words.pause : words.play} title={playing ? words.pause : words.play} onClick={toggle}>
        {playing ? (
          <svg class="ic" viewBox="0 0 16 16" aria-hidden="true">
            <path d="M5.5 3.5v9M10.5 3.5v9" />
          </svg>
        ) : (
          <Icon name="play" />
        )}
      </button>
      <input
        type="range"
        min={0}
        max={count - 1}
        value={frame}
        aria-label={words.frame}
        aria-valuetext={words.frameOf(frame + 1, count)}
        onInput={(event) => {
          setPlaying(false);
          setFrame(Number(event.currentTarget.value));
        }}
        onKeyDown={(event) => {
          if (event.key === " ") toggle();
          else if (event.key === "ArrowLeft" || event.key === "ArrowRight") step(event.key === "ArrowLeft" ? -1 : 1);
          else return;
          event.preventDefault();
        }}
      />
      <span class="num">{words.frameOf(frame + 1, count)}</span>
      <select class="field" aria-label={words.speed} value={String(speed)} onChange={(event) => setSpeed(Number(event.currentTarget.value))}>
        {SPEEDS.map((each) => (
          <option key={each} value={String(each)}>
            {`${each}×`}
          </option>
        ))}
      </select>
      <label>
        <input type="checkbox" checked={repeat} onChange={(event) => setRepeat(event.currentTarget.checked)} /> {words.repeat}
      </label>
    </div>
  );
}

function isSeen(element: Element | null): boolean {
  if (element === null) return false;
  const { top, bottom } = element.getBoundingClientRect();
  return bottom > -500 && top < window.innerHeight + 100;
}
