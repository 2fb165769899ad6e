/** A scene on a page of ours: what draws it is loaded when it is needed. */

import "../../common";
import type { JSX } from "preact";
import { patiently } from "../../patience";
import type { Source } from "../kinds";
import { SceneView, type Drawing } from "./scene-view";

const drawing: Drawing = () => patiently(() => import("./graphics/painter"));

export function SceneOutput({ source }: { source: Source }): JSX.Element {
  return <SceneView source={source} drawing={drawing} />;
}
