/** A three-dimensional plot: its still picture until it is near and drawn, then a view that is turned, moved and zoomed. */

import type { JSX } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { theme } from "../../theme";
import { objectOf, textOf, type Source } from "../kinds";
import { Player } from "../player/player";
import { described } from "./described";
import type { Painter } from "./graphics/painter";
import { keyed, Pointers, wheeled } from "./gestures";
import { sceneOf, USUAL_SIZE, type Scene } from "./reader";
import { Stage } from "./stage";
import { words } from "./strings";
import { SceneTools } from "./tools";

type State = "still" | "drawn" | "unreadable" | "noGraphics";

/** Brings what draws, which is large: it comes with the first scene that is near. */
export type Drawing = () => Promise<{ Painter: typeof Painter }>;

export function SceneView({ source, drawing }: { source: Source; drawing: Drawing }): JSX.Element {
  const holder = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const [state, setState] = useState<State>("still");
  const [near, setNear] = useState(false);
  const [stage, setStage] = useState<Stage | null>(null);
  const scene = useMemo(() => (near ? sceneOf(source.data) : null), [near, source.data]);
  const png = textOf(objectOf(source.body["data"])["image/png"]).replace(/\s/g, "");
  useNear(holder, setNear, stage);
  useEffect(() => {
    if (!near) return;
    if (scene === null) return setState("unreadable");
    let made: Stage | null = null;
    let gone = false;
    void drawing().then(({ Painter }) => {
      if (gone || canvas.current === null) return;
      made = new Stage(scene, new Painter(scene), canvas.current, (done) => setState(done ? "drawn" : "noGraphics"));
      setStage(made);
      made.show(true);
    });
    return () => {
      gone = true;
      made?.dispose();
      setStage(null);
    };
  }, [near, scene, drawing]);
  useTheme(stage);
  const [width, height] = scene?.view.size ?? USUAL_SIZE;
  const alt = scene === null ? words.plot : described(scene, words.plot);
  const live = state === "drawn" && stage !== null;
  return (
    // Keys in a fieldset are no commands of the sheet.
    <fieldset class="scene-output" aria-label={words.role} data-testid="scene" data-state={state}>
      <div ref={holder} class={scene?.view.theme ? `scene ${scene.view.theme}` : "scene"} style={{ width: `${width}px`, aspectRatio: `${width} / ${height}` }}>
        {!live && png !== "" && <img class="picture" src={`data:image/png;base64,${png}`} alt={alt} />}
        <Canvas canvas={canvas} stage={stage} live={live} alt={alt} holder={holder} />
        {live && <SceneTools stage={stage} holder={holder} canvas={canvas} />}
      </div>
      {live && scene !== null && scene.frames > 1 && scene.view.animate && <SceneFilm stage={stage} scene={scene} />}
      {scene?.told ? <p class="note">{scene.told}</p> : null}
      {state === "unreadable" && <p class="note">{png === "" ? words.unreadableAlone : words.unreadable}</p>}
      {state === "noGraphics" && <p class="note">{words.noGraphics}</p>}
    </fieldset>
  );
}

function useNear(holder: { current: HTMLDivElement | null }, near: (is: boolean) => void, stage: Stage | null): void {
  useEffect(() => {
    const watch = new IntersectionObserver(([entry]) => {
      const visible = entry?.isIntersecting === true;
      if (visible) near(true);
      stage?.show(visible);
    }, { rootMargin: "100px" });
    if (holder.current !== null) watch.observe(holder.current);
    return () => watch.disconnect();
  }, [stage]);
}

/** Ink is of another colour in the dark. */
function useTheme(stage: Stage | null): void {
  useEffect(() => {
    const draw = () => stage?.draw();
    const system = matchMedia("(prefers-color-scheme: dark)");
    system.addEventListener("change", draw);
    const leave = theme.subscribe(() => void setTimeout(draw));
    return () => {
      system.removeEventListener("change", draw);
      leave();
    };
  }, [stage]);
}

interface CanvasProps {
  canvas: { current: HTMLCanvasElement | null };
  holder: { current: HTMLDivElement | null };
  stage: Stage | null;
  live: boolean;
  alt: string;
}

function Canvas({ canvas, holder, stage, live, alt }: CanvasProps): JSX.Element {
  const pointers = useMemo(() => new Pointers(), []);
  useEffect(() => {
    // Not passive, as it keeps the page from scrolling; whoever only scrolls past is not held up.
    const wheel = (event: WheelEvent) => {
      if (stage === null || !(event.ctrlKey || document.activeElement === canvas.current)) return;
      event.preventDefault();
      stage.change(wheeled(event));
    };
    canvas.current?.addEventListener("wheel", wheel, { passive: false });
    return () => canvas.current?.removeEventListener("wheel", wheel);
  }, [stage]);
  const at = (event: PointerEvent) => ({ x: event.clientX, y: event.clientY });
  const release = (event: PointerEvent) => pointers.end(event.pointerId);
  return (
    <canvas
      ref={canvas}
      class={live ? "" : "waiting"}
      tabIndex={live ? 0 : -1}
      role="application"
      aria-roledescription={words.role}
      aria-label={`${alt} ${words.help}`}
      data-testid="scene-canvas"
      onPointerDown={(event) => {
        pointers.begin(event.pointerId, at(event));
        event.currentTarget.setPointerCapture(event.pointerId);
      }}
      onPointerMove={(event) => {
        if (stage === null || !pointers.any) return;
        const size = Math.min(event.currentTarget.clientWidth, event.currentTarget.clientHeight);
        const moving = event.shiftKey || (event.buttons & 6) !== 0;
        const change = pointers.moved(event.pointerId, at(event), moving, size, stage.length);
        if (change !== null) stage.change(change);
      }}
      // The cell would take the keyboard back.
      onClick={(event) => event.stopPropagation()}
      onPointerUp={release}
      onPointerCancel={release}
      onContextMenu={(event) => event.preventDefault()}
      onKeyDown={(event) => {
        if (stage === null || event.ctrlKey || event.metaKey || event.altKey) return;
        const change = keyed(event.key, event.shiftKey, stage.length);
        const tool = event.currentTarget.parentElement?.querySelector<HTMLButtonElement>(`button[data-key="${CSS.escape(event.key.toLowerCase())}"]`);
        if (change !== null) stage.change(change);
        else if (tool) tool.click();
        else return;
        event.preventDefault();
      }}
      onFocus={() => holder.current?.classList.add("held")}
      onBlur={() => holder.current?.classList.remove("held")}
    />
  );
}

function SceneFilm({ stage, scene }: { stage: Stage; scene: Scene }): JSX.Element {
  const { delay, loop, play } = scene.view;
  return <Player count={scene.frames} delay={delay} loop={loop} play={play} show={(frame) => stage.at(frame)} />;
}
