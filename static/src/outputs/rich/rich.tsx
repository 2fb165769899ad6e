/** Chooses what shows a value that has a form of its own. This file comes with the first of them. */

import "../../common";
import type { JSX } from "preact";
import { OnDemand } from "../../workbench/on-demand";
import { objectOf, type Source } from "../kinds";
import { FileLinks } from "../files/file-links";
import { JsonTree } from "./json-tree";
import { Media } from "./media";
import { words } from "./strings";
import { DataTable, type ShowFormula } from "./table";

const scene = { load: () => import("../scene/scene-output").then((module) => module.SceneOutput) };
const film = { load: () => import("../player/film-output").then((module) => module.FilmOutput) };
const help = { load: () => import("../help/help-output").then((module) => module.HelpOutput) };
const figure = { load: () => import("../figures/figure-output").then((module) => module.FigureOutput) };

export function RichOutput({ source, formula }: { source: Source; formula: ShowFormula }): JSX.Element {
  const { mime, data, plain } = source;
  if (mime === "application/json") return <JsonTree value={objectOf(source.body["data"])[mime] ?? null} metadata={source.metadata} />;
  if (mime === "text/vnd.sagews.table") return <DataTable text={data} plain={plain} formula={formula} />;
  if (mime === "text/vnd.sagews.files") return <FileLinks text={data} plain={plain} />;
  if (mime === "text/vnd.sagews.scene") return <OnDemand of={scene} props={{ source }} />;
  if (mime === "text/vnd.sagews.film") return <OnDemand of={film} props={{ source }} />;
  if (mime === "text/vnd.sagews.help") return <OnDemand of={help} props={{ source }} />;
  if (mime === "text/vnd.sagews.figure") return <OnDemand of={figure} props={{ source }} />;
  if (/^(?:audio|video)\/|^application\/pdf$/.test(mime)) return <Media mime={mime} data={data} metadata={source.metadata} plain={plain} />;
  return plain === "" ? <p class="note">{words.unreadable}</p> : <pre class="stream value">{plain}</pre>;
}
