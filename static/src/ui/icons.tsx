/** The icons: 16 × 16, drawn with the text's colour. */

import type { JSX } from "preact";

const paths = {
  chevron: "M4 6l4 4 4-4",
  plus: "M8 3v10M3 8h10",
  search: "M7 2.8a4.2 4.2 0 1 0 0 8.4a4.2 4.2 0 0 0 0-8.4M10.2 10.2L13.5 13.5",
  history: "M8 2.5a5.5 5.5 0 1 0 0 11a5.5 5.5 0 0 0 0-11M8 5v3.2l2 1.3",
  share: "M8 10V2.8M5.2 5.4L8 2.6l2.8 2.8M3 9.5v3a1 1 0 001 1h8a1 1 0 001-1v-3",
  play: "M5 3.5v9l7-4.5z",
  section: "M3 3.2v4.6l3.6-2.3zM8.5 4.5H13M8.5 8H13M3 11.5h10",
  copy: "M5 6a1 1 0 0 1 1-1h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1zM3 11V3h8",
  more: "M3.5 7.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M8 7.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1M12.5 7.5a.5.5 0 1 0 0 1a.5.5 0 1 0 0-1",
  stop: "M5 4h6a1 1 0 0 1 1 1v6a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V5a1 1 0 0 1 1-1z",
  restart: "M3 7a5 5 0 019-2.2M13 9a5 5 0 01-9 2.2M12.2 2.5v2.5H9.7M3.8 13.5V11h2.5",
  check: "M3 8.5l3.2 3L13 4.5",
  menu: "M2.5 4.5h11M2.5 8h11M2.5 11.5h11",
  sigma: "M12 4V3H4.2L8.4 8l-4.2 5H12v-1",
  close: "M4 4l8 8M12 4l-8 8",
  back: "M9.5 3.5L5 8l4.5 4.5",
};

export type IconName = keyof typeof paths;

export function Icon({ name, turned }: { name: IconName; turned?: boolean }): JSX.Element {
  return (
    <svg class={turned ? "ic turned" : "ic"} viewBox="0 0 16 16" aria-hidden="true">
      <path d={paths[name]} />
    </svg>
  );
}

/** The sage leaf. */
export function Leaf(): JSX.Element {
  return (
    <svg class="leaf" width="22" height="22" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M19 3C10 3.5 4.5 8 5 15.5c0 .9.2 1.8.5 2.5C13 18.5 19 13 19 3z" fill="var(--accent)" />
      <path d="M4 21.5C6.5 15 10.5 10.5 15 7.5" fill="none" stroke="var(--paper)" stroke-width="1.6" stroke-linecap="round" />
      <path d="M4 21.5C4.6 19.9 5.3 18.5 6 17.2" fill="none" stroke="var(--accent)" stroke-width="1.6" stroke-linecap="round" />
    </svg>
  );
}
