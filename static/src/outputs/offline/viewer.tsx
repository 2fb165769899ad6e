/** What a downloaded page brings along to turn its plots and play its films: one script, which loads nothing and says nothing. */

import { render, type JSX } from "preact";
import type { Json } from "../../net/messages";
import type { Source } from "../kinds";
import { FilmView } from "../player/film-view";
import { Painter } from "../scene/graphics/painter";
import { SceneView } from "../scene/scene-view";
import { drawFigure } from "./figures";

const PICTURE = /^data:image\/png;base64,/;
// While this script begins, it is the current one.
const nonce = (document.currentScript as HTMLScriptElement | null)?.nonce ?? "";
const drawing = async () => ({ Painter });

/** What the page says of an output: its form and text, and the picture that stands for it until it is drawn. */
function sourceIn(figure: HTMLElement): Source {
  const { form = "", source = "", plain = "" } = figure.dataset;
  const address = figure.querySelector("img")?.src ?? "";
  const data: Record<string, Json> = PICTURE.test(address) ? { "image/png": address.replace(PICTURE, "") } : {};
  return { body: { data }, mime: form, data: source, metadata: {}, plain };
}

const views: Readonly<Record<string, (source: Source) => JSX.Element>> = {
  "text/vnd.sagews.scene": (source) => <SceneView source={source} drawing={drawing} />,
  "text/vnd.sagews.film": (source) => <FilmView source={source} />,
};

for (const figure of document.querySelectorAll<HTMLElement>("figure[data-form]")) {
  const source = sourceIn(figure);
  if (source.mime === "text/vnd.sagews.figure") void drawFigure(figure, source.data, nonce);
  const view = views[source.mime];
  if (view === undefined) continue;
  figure.replaceChildren();
  delete figure.dataset["source"];
  render(view(source), figure);
}
