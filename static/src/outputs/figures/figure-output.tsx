/** A figure of plotly, altair or bokeh: drawn by the library's own script, in a frame out of which nothing gets. */

import "../../common";
import type { JSX } from "preact";
import { useEffect, useMemo, useState } from "preact/hooks";
import { isDark } from "../../theme";
import { useParts } from "../../workbench/parts";
import { HtmlFrame } from "../html-frame";
import type { Source } from "../kinds";
import { drawingOf } from "./drawing";
import { figureOf } from "./reader";
import { scriptOf } from "./scripts";
import { words } from "./strings";

interface Loaded {
  readonly names: string;
  /** Null where they are kept no more. */
  readonly scripts: readonly string[] | null;
}

export function FigureOutput({ source: { data, plain } }: { source: Source }): JSX.Element {
  const { files } = useParts();
  const figure = useMemo(() => figureOf(data), [data]);
  // With their names: another figure may come to stand in this one's place.
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const dark = isDark();
  const html = useMemo(() => (figure === null ? "" : drawingOf(figure, dark)), [figure, dark]);
  const names = figure?.scripts.join() ?? "";
  useEffect(() => {
    let here = true;
    if (figure === null) return;
    Promise.all(figure.scripts.map((name) => scriptOf(files.link, name))).then(
      (found) => here && setLoaded({ names, scripts: found.map(({ text }) => text) }),
      () => here && setLoaded({ names, scripts: null }),
    );
    return () => void (here = false);
  }, [names]);
  if (figure === null) return <pre class="stream value">{plain}</pre>;
  const own = loaded?.names === names ? loaded : null;
  const scripts = own?.scripts ?? null;
  if (scripts !== null) {
    return (
      <div style={{ width: "100%" }} role="group" aria-label={plain} data-testid="figure" data-library={figure.library}>
        <HtmlFrame html={html} scripts={scripts} />
      </div>
    );
  }
  const gone = own !== null;
  return (
    <p class="note" role={gone ? "alert" : "status"} data-testid="figure-waits">
      {gone ? `${plain}. ${words.gone}` : words.coming(plain)}
    </p>
  );
}
