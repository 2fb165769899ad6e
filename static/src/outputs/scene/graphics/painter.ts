/** Draws scenes: one renderer for all of them, as browsers give a page few; what it has drawn is copied to each scene's own canvas. */

import { ColorManagement, LinearSRGBColorSpace, OrthographicCamera, PerspectiveCamera, Vector3, WebGLRenderer } from "three";
import { wordsOf } from "../box";
import { axesOf, ballOf, type Orbit } from "../orbit";
import type { Point, Scene } from "../reader";
import { World } from "./world";

// Light is reckoned with the numbers that colours are written in, as Sage's viewer and the still picture do.
ColorManagement.enabled = false;

const FIELD = Math.PI / 4;
/** In axes of the one who looks; as in sagews/session/display/scenes/still.py. */
const LIGHT: Point = [-0.5, 0.6, 0.62];

let renderer: WebGLRenderer | null | undefined;

/** The renderer of this page; null where the browser has none to give. */
function shared(): WebGLRenderer | null {
  if (renderer !== undefined) return renderer;
  try {
    renderer = new WebGLRenderer({ antialias: true, alpha: true });
    renderer.outputColorSpace = LinearSRGBColorSpace;
    renderer.setClearColor(0, 0);
  } catch {
    renderer = null;
  }
  return renderer;
}

export interface Look {
  readonly orbit: Orbit;
  readonly frame: number;
  readonly ink: string;
  readonly dark: boolean;
  /** Pixels of CSS, and how many of the screen there are to one. */
  readonly width: number;
  readonly height: number;
  readonly ratio: number;
}

export class Painter {
  private world: World | null = null;
  private readonly center: Point;
  private readonly radius: number;

  constructor(private readonly data: Scene) {
    ({ center: this.center, radius: this.radius } = ballOf(data, data.view.aspect));
  }

  /** How long the scene is on the screen for one pixel, so that what is dragged stays below the pointer. */
  lengthOfPixel({ orbit, width, height }: Look): number {
    return (2 * this.radius) / Math.min(width, height) / orbit.zoom;
  }

  /** Draw; false when the browser can't. */
  paint(canvas: HTMLCanvasElement, look: Look): boolean {
    const gl = shared();
    const flat = canvas.getContext("2d");
    if (gl === null || flat === null || gl.getContext().isContextLost()) return false;
    const [width, height] = [Math.round(look.width * look.ratio), Math.round(look.height * look.ratio)];
    if (canvas.width !== width) canvas.width = width;
    if (canvas.height !== height) canvas.height = height;
    this.render(gl, look);
    flat.clearRect(0, 0, width, height);
    flat.drawImage(gl.domElement, 0, gl.domElement.height - height, width, height, 0, 0, width, height);
    this.write(flat, look);
    return true;
  }

  /** Give the memory of the graphics processor back; the next picture takes it again. */
  release(): void {
    this.world?.dispose();
    this.world = null;
  }

  private camera: PerspectiveCamera | OrthographicCamera | null = null;

  private render(gl: WebGLRenderer, look: Look): void {
    const { width, height, ratio } = look;
    const canvas = gl.domElement;
    gl.setPixelRatio(ratio);
    // It only ever grows: changing its size for each scene would take longer than drawing one.
    if (canvas.width < width * ratio || canvas.height < height * ratio) {
      gl.setSize(Math.max(canvas.width / ratio, width), Math.max(canvas.height / ratio, height), false);
    }
    gl.setViewport(0, 0, width, height);
    gl.setScissor(0, 0, width, height);
    gl.setScissorTest(true);
    this.world ??= new World(this.data);
    this.world.show(look.frame);
    this.world.ink(look.ink, look.dark);
    const camera = this.cameraOf(look);
    this.world.light.position.copy(camera.localToWorld(new Vector3(...LIGHT)));
    this.world.light.target.position.copy(camera.position);
    gl.render(this.world.scene, camera);
    this.camera = camera;
  }

  private cameraOf({ orbit, width, height }: Look): PerspectiveCamera | OrthographicCamera {
    const { radius } = this;
    const narrow = Math.min(width, height);
    const far = radius / Math.sin(FIELD / 2);
    const camera = this.data.view.orthographic
      ? new OrthographicCamera((-radius * width) / narrow, (radius * width) / narrow, (radius * height) / narrow, (-radius * height) / narrow, 0.01 * radius, 100 * radius)
      : new PerspectiveCamera((2 * Math.atan((Math.tan(FIELD / 2) * height) / narrow) * 180) / Math.PI, width / height, 0.01 * radius, 100 * radius);
    const { right, up, eye } = axesOf(orbit);
    const middle = new Vector3(...this.center).add(new Vector3(...orbit.moved));
    camera.up.set(...up);
    camera.position.copy(middle).addScaledVector(new Vector3(...eye), far);
    camera.matrixWorld.makeBasis(new Vector3(...right), new Vector3(...up), new Vector3(...eye));
    camera.quaternion.setFromRotationMatrix(camera.matrixWorld);
    camera.zoom = orbit.zoom;
    camera.updateProjectionMatrix();
    camera.updateMatrixWorld(true);
    return camera;
  }

  /** Words are written onto what was drawn, as sharp as the page's own. */
  private write(flat: CanvasRenderingContext2D, look: Look): void {
    const { view, texts, low, high } = this.data;
    flat.save();
    flat.scale(look.ratio, look.ratio);
    flat.textAlign = "center";
    flat.textBaseline = "middle";
    const family = getComputedStyle(flat.canvas).fontFamily;
    const put = (text: string, at: Point) => {
      const place = new Vector3(...at).multiply(new Vector3(...view.aspect)).project(this.camera!);
      if (Math.abs(place.z) <= 1) flat.fillText(text, ((place.x + 1) / 2) * look.width, ((1 - place.y) / 2) * look.height);
    };
    flat.font = `12px ${family}`;
    flat.fillStyle = look.ink;
    if (view.frame) for (const { text, at } of wordsOf({ low, high }, view.labels, view.decimals)) put(text, at);
    for (const each of texts) {
      if (each.frame !== null && each.frame !== look.frame) continue;
      flat.font = `${each.italic ? "italic " : ""}${each.bold ? "bold " : ""}${each.size}px ${family}`;
      flat.fillStyle = each.color === "#000000" ? look.ink : each.color;
      flat.globalAlpha = each.opacity;
      put(each.text, each.at);
    }
    flat.restore();
  }
}
