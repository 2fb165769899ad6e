/** A scene as objects of three.js, in the memory of the graphics processor. */

import {
  AmbientLight,
  BufferAttribute,
  BufferGeometry,
  Color,
  DirectionalLight,
  DoubleSide,
  FrontSide,
  Group,
  LineBasicMaterial,
  LineSegments,
  Mesh,
  MeshPhongMaterial,
  Object3D,
  Points,
  PointsMaterial,
  Scene,
} from "three";
import { LineMaterial } from "three/examples/jsm/lines/LineMaterial.js";
import { LineSegments2 } from "three/examples/jsm/lines/LineSegments2.js";
import { LineSegmentsGeometry } from "three/examples/jsm/lines/LineSegmentsGeometry.js";
import { toCreasedNormals } from "three/examples/jsm/utils/BufferGeometryUtils.js";
import { edgesOf, widened } from "../box";
import type { Mesh as MeshPart, Point, Scene as SceneData, Strokes } from "../reader";

/** Up to so many triangles edges that are sharper than this are drawn sharp; beyond them a surface is taken to be smooth. */
const FEW = 6000;
const SHARP = 0.66;
/** How bright it is on the side away from the light, and how much brighter towards it; as in sagews/session/display/scenes/still.py. */
const AMBIENT = 0.5 * Math.PI;
const LIGHT = 0.55 * Math.PI;
/** Dots are drawn this many times as wide as Sage's size says, in pixels. */
const DOT = 1.6;

export class World {
  readonly scene = new Scene();
  readonly light = new DirectionalLight(0xffffff, LIGHT);
  /** What is drawn in ink: black is no colour on dark paper. */
  private readonly inked: { color: Color }[] = [];
  private readonly black: { color: Color }[] = [];
  private readonly moving: { object: Object3D; frame: number }[] = [];

  constructor(data: SceneData) {
    const { aspect, frame, axes } = data.view;
    this.scene.add(new AmbientLight(0xffffff, AMBIENT), this.light, this.light.target);
    const place = (object: Object3D, of: { frame: number | null }) => {
      this.scene.add(object);
      if (of.frame !== null) this.moving.push({ object, frame: of.frame });
    };
    for (const part of data.meshes) place(this.mesh(part, aspect), part);
    for (const part of data.lines) place(this.lines(segmentsOf(part, aspect), part), part);
    for (const part of data.points) place(this.points(part, aspect), part);
    if (frame) this.scene.add(this.thin(edgesOf(data).flatMap((corner) => corner.map((each, axis) => each * aspect[axis]!))));
    if (axes) this.scene.add(this.thin(axesFrom(data).map((each, at) => each * aspect[at % 3]!)));
  }

  /** Show one frame of a scene that moves. */
  show(frame: number): void {
    for (const each of this.moving) each.object.visible = each.frame === frame;
  }

  ink(css: string, dark: boolean): void {
    for (const material of this.inked) material.color.set(css);
    for (const material of this.black) material.color.set(dark ? css : "#000000");
  }

  dispose(): void {
    this.scene.traverse((object) => {
      const { geometry, material } = object as { geometry?: BufferGeometry; material?: { dispose(): void } } & Object3D;
      geometry?.dispose();
      material?.dispose();
    });
  }

  private mesh(part: MeshPart, aspect: Point): Object3D {
    const { opacity } = part;
    const material = new MeshPhongMaterial({
      color: part.colors === null ? part.color : "#ffffff",
      vertexColors: part.colors !== null,
      side: part.single ? FrontSide : DoubleSide,
      flatShading: part.flat,
      transparent: opacity < 1,
      opacity,
      depthWrite: part.depthWrite,
      shininess: 20,
      specular: 0x0c0c0c,
      polygonOffset: part.edges !== null,
      polygonOffsetFactor: 1,
      polygonOffsetUnits: 1,
    });
    const drawn = new Mesh(surfaceOf(part, aspect), material);
    if (opacity < 1) drawn.renderOrder = part.order;
    if (part.edges === null) return drawn;
    const group = new Group();
    group.add(drawn, this.lines(gather(part.positions, part.edges, aspect), { color: "#000000", opacity: 1, width: part.width }));
    return group;
  }

  private lines(segments: Float32Array, { color, opacity, width }: { color: string; opacity: number; width: number }): Object3D {
    const look = { color, opacity, transparent: opacity < 1 };
    if (width <= 1) {
      const material = new LineBasicMaterial(look);
      this.blacken(material, color);
      return new LineSegments(new BufferGeometry().setAttribute("position", new BufferAttribute(segments, 3)), material);
    }
    const material = new LineMaterial({ ...look, linewidth: width });
    this.blacken(material, color);
    return new LineSegments2(new LineSegmentsGeometry().setPositions(segments), material);
  }

  private points(part: Strokes, aspect: Point): Object3D {
    const material = new PointsMaterial({
      color: part.color,
      opacity: part.opacity,
      transparent: part.opacity < 1,
      size: part.width * DOT,
      sizeAttenuation: false,
    });
    // A dot is a square of the processor; of it the disc is drawn.
    material.onBeforeCompile = (shader) => {
      shader.fragmentShader = shader.fragmentShader.replace("void main() {", "void main() {\nif (length(gl_PointCoord - 0.5) > 0.5) discard;");
    };
    this.blacken(material, part.color);
    return new Points(new BufferGeometry().setAttribute("position", new BufferAttribute(stretched(part.positions, aspect), 3)), material);
  }

  private thin(positions: number[]): Object3D {
    const material = new LineBasicMaterial();
    this.inked.push(material);
    return new LineSegments(new BufferGeometry().setAttribute("position", new BufferAttribute(new Float32Array(positions), 3)), material);
  }

  private blacken(material: { color: Color }, color: string): void {
    if (color === "#000000") this.black.push(material);
  }
}

function surfaceOf(part: MeshPart, aspect: Point): BufferGeometry {
  const { colors, triangles } = part;
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(stretched(part.positions, aspect), 3));
  geometry.setIndex(new BufferAttribute(triangles, 1));
  const sharp = !part.flat && triangles.length / 3 <= FEW;
  if (!sharp) geometry.computeVertexNormals();
  if (!sharp && colors === null) return geometry;
  const loose = sharp ? toCreasedNormals(geometry, SHARP) : geometry.toNonIndexed();
  if (loose !== geometry) geometry.dispose();
  if (colors !== null) loose.setAttribute("color", new BufferAttribute(cornersOf(colors), 3, true));
  return loose;
}

/** A colour for each corner of each triangle. */
function cornersOf(colors: Uint8Array): Uint8Array {
  const found = new Uint8Array(colors.length * 3);
  for (let at = 0; at < found.length; at += 1) found[at] = colors[Math.floor(at / 9) * 3 + (at % 3)]!;
  return found;
}

function stretched(positions: Float32Array, aspect: Point): Float32Array {
  return positions.map((each, at) => each * aspect[at % 3]!);
}

/** Positions by their numbers. */
function gather(positions: Float32Array, numbers: Uint32Array, aspect: Point): Float32Array {
  const found = new Float32Array(numbers.length * 3);
  for (let at = 0; at < found.length; at += 1) found[at] = positions[numbers[Math.floor(at / 3)]! * 3 + (at % 3)]! * aspect[at % 3]!;
  return found;
}

/** Both ends of each piece of lines. */
function segmentsOf(part: Strokes, aspect: Point): Float32Array {
  const numbers: number[] = [];
  let start = 0;
  for (const count of part.counts) {
    for (let at = start; at + 1 < start + count; at += 1) numbers.push(at, at + 1);
    start += count;
  }
  return gather(part.positions, new Uint32Array(numbers), aspect);
}

function axesFrom(data: SceneData): number[] {
  const { low, high } = widened(data);
  return [0, 1, 2].flatMap((axis) => {
    const end = [0, 0, 0];
    end[axis] = Math.max(Math.abs(low[axis]!), Math.abs(high[axis]!));
    return [0, 0, 0, ...end];
  });
}
