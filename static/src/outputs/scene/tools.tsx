/** The buttons of a scene. */

import type { JSX } from "preact";
import { useEffect, useState } from "preact/hooks";
import type { Stage } from "./stage";
import { words } from "./strings";

const paths = {
  reset: "M3 7.5a5 5 0 1 1 1.2 3.6M3 4v3.5h3.5",
  larger: "M8 3.5v9M3.5 8h9",
  smaller: "M3.5 8h9",
  spin: "M13.5 8c0 1.5-2.5 2.6-5.5 2.6S2.5 9.5 2.5 8 5 5.4 8 5.400c1.7 0 3.2.3 4.2.9M12.6 3.800v2.700H9.9",
  full: "M6 2.500H2.500V6M10 2.500h3.500V6M6 13.500H2.500V10M10 13.500h3.500V10",
  download: "M8 2.500v7.500M4.8 7L8 10.2 11.2 7M3 13.500h10",
};

interface Props {
  stage: Stage;
  holder: { current: HTMLDivElement | null };
  canvas: { current: HTMLCanvasElement | null };
}

export function SceneTools({ stage, holder, canvas }: Props): JSX.Element {
  const [spinning, setSpinning] = useState(stage.spinning);
  const full = useFull(holder);
  const zoom = (by: number) => () => stage.change((orbit) => ({ ...orbit, zoom: orbit.zoom * by }));
  const spin = () => {
    stage.spin(!spinning);
    setSpinning(!spinning);
  };
  const fill = () => void (full ? document.exitFullscreen() : holder.current?.requestFullscreen().catch(() => undefined));
  return (
    <div class="scene-tools">
      <Tool icon="larger" label={words.larger} onClick={zoom(1.2)} />
      <Tool icon="smaller" label={words.smaller} onClick={zoom(1 / 1.2)} />
      <Tool icon="reset" label={words.reset} key_="0" onClick={() => stage.reset()} />
      <Tool icon="spin" label={spinning ? words.stopSpin : words.spin} key_="r" pressed={spinning} onClick={spin} />
      {document.fullscreenEnabled && <Tool icon="full" label={full ? words.leaveFull : words.full} key_="f" pressed={full} onClick={fill} />}
      <Tool icon="download" label={words.download} onClick={() => save(canvas.current)} />
    </div>
  );
}

interface ToolProps {
  icon: keyof typeof paths;
  label: string;
  key_?: string;
  pressed?: boolean;
  onClick: () => void;
}

export function Tool({ icon, label, key_, pressed, onClick }: ToolProps): JSX.Element {
  return (
    <button type="button" class="ib" aria-label={label} title={label} aria-pressed={pressed} data-key={key_} onClick={onClick}>
      <svg class="ic" viewBox="0 0 16 16" aria-hidden="true">
        <path d={paths[icon]} />
      </svg>
    </button>
  );
}

function useFull(holder: Props["holder"]): boolean {
  const [full, setFull] = useState(false);
  useEffect(() => {
    const look = () => setFull(document.fullscreenElement !== null && document.fullscreenElement === holder.current);
    document.addEventListener("fullscreenchange", look);
    return () => document.removeEventListener("fullscreenchange", look);
  }, []);
  return full;
}

/** What is seen, on its paper, as a file. */
function save(canvas: HTMLCanvasElement | null): void {
  if (canvas === null) return;
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [canvas.width, canvas.height];
  const flat = copy.getContext("2d")!;
  flat.fillStyle = getComputedStyle(canvas).backgroundColor;
  flat.fillRect(0, 0, copy.width, copy.height);
  flat.drawImage(canvas, 0, 0);
  copy.toBlob((blob) => {
    if (blob === null) return;
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = "plot.png";
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 10_000);
  });
}
