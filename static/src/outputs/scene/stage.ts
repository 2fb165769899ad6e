/** One scene on its canvas: what it looks like now, and when it is drawn anew. */

import { isDark } from "../../theme";
import type { Look, Painter } from "./graphics/painter";
import { Live } from "./live";
import { firstOrbit, rotated, type Orbit } from "./orbit";
import type { Scene } from "./reader";

const MOST_LIVE = 8;
/** Radians that a scene turns by itself in a second, at Sage's spin of 1. */
const SPIN = 0.3;
const USUAL_SPIN = 1;
const SHARPEST = 2;

const live = new Live<Stage>(MOST_LIVE, (stage) => stage.freeze());

export class Stage {
  orbit: Orbit;
  frame = 0;
  spinning: boolean;
  private visible = false;
  private asked = 0;
  private before = 0;
  /** Whether the page is being printed, on paper that is white. */
  private printing = false;
  private readonly leave: (() => void)[] = [];

  constructor(
    readonly scene: Scene,
    private readonly painter: Painter,
    private readonly canvas: HTMLCanvasElement,
    /** Told what became of the first picture. */
    private readonly drawn: (done: boolean) => void,
  ) {
    this.orbit = firstOrbit(scene.view);
    this.spinning = scene.view.spin !== 0 && !matchMedia("(prefers-reduced-motion: reduce)").matches;
    const size = new ResizeObserver(() => this.draw());
    size.observe(canvas);
    const print = (on: boolean) => () => {
      this.printing = on;
      this.paint();
    };
    const [before, after] = [print(true), print(false)];
    window.addEventListener("beforeprint", before);
    window.addEventListener("afterprint", after);
    this.leave.push(() => size.disconnect(), () => window.removeEventListener("beforeprint", before), () => window.removeEventListener("afterprint", after));
  }

  show(visible: boolean): void {
    this.visible = visible;
    if (visible) this.draw();
  }

  change(by: (orbit: Orbit) => Orbit): void {
    this.orbit = by(this.orbit);
    this.draw();
  }

  reset(): void {
    this.change(() => firstOrbit(this.scene.view));
  }

  spin(on: boolean): void {
    this.spinning = on;
    this.draw();
  }

  at(frame: number): void {
    this.frame = frame;
    this.draw();
  }

  /** How long the scene is where a pixel is. */
  get length(): number {
    return this.painter.lengthOfPixel(this.look());
  }

  /** Draw before the next frame of the screen; what is not on the screen waits until it is. */
  draw(): void {
    if (!this.visible || this.asked !== 0) return;
    this.asked = requestAnimationFrame((now) => {
      this.asked = 0;
      this.turn(now);
      if (this.visible) this.paint();
    });
  }

  /** Keep the picture and give the memory back. */
  freeze(): void {
    this.painter.release();
  }

  dispose(): void {
    cancelAnimationFrame(this.asked);
    for (const each of this.leave) each();
    live.gone(this);
    this.painter.release();
  }

  private turn(now: number): void {
    const seconds = Math.min((now - this.before) / 1000, 0.1);
    this.before = now;
    if (!this.spinning) return;
    this.orbit = rotated(this.orbit, -SPIN * (this.scene.view.spin || USUAL_SPIN) * seconds, 0);
    queueMicrotask(() => this.draw());
  }

  private paint(): void {
    const look = this.look();
    if (look.width === 0 || look.height === 0) return;
    live.seen(this);
    this.drawn(this.painter.paint(this.canvas, look));
  }

  private look(): Look {
    const { width, height } = this.canvas.getBoundingClientRect();
    const dark = !this.printing && (this.scene.view.theme === null ? isDark() : this.scene.view.theme === "dark");
    const ink = this.printing ? "#545b63" : getComputedStyle(this.canvas).color;
    const ratio = Math.min(window.devicePixelRatio, SHARPEST);
    return { orbit: this.orbit, frame: this.frame, ink, dark, width, height, ratio };
  }
}
