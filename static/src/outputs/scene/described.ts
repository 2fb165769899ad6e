/** A scene in words, for those who can't see it. */

import { plural } from "../../strings";
import { written } from "./box";
import type { Scene } from "./reader";

export function described(scene: Scene, name: string): string {
  const counts: [number, string, string][] = [
    [scene.meshes.length, "surface", "surfaces"],
    [scene.lines.reduce((sum, each) => sum + each.counts.length, 0), "line", "lines"],
    [scene.points.reduce((sum, each) => sum + each.positions.length / 3, 0), "point", "points"],
  ];
  const parts = counts.filter(([count]) => count > 0).map(([count, one, many]) => plural(count, one, many));
  const { labels, decimals } = scene.view;
  const extents = labels.map((label, axis) => `${label} from ${written(scene.low[axis]!, decimals)} to ${written(scene.high[axis]!, decimals)}`);
  const texts = scene.texts.slice(0, 10).map((each) => each.text);
  return `${name}${parts.length === 0 ? "" : `: ${parts.join(", ")}`}. ${extents.join(", ")}.${texts.length === 0 ? "" : ` ${texts.join(", ")}.`}`;
}
