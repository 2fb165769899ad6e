/** The page in which a library draws a figure: its source as data, and the call by which that library is asked. */

import { failed } from "./strings";
import type { Figure, Library } from "./reader";

/** Colours of a dark page, for figures to which nobody gave a look of their own. */
const INK = "#d6d9dc";
const LINE = "#ffffff2e";

/** Functions of a place, a figure and whether the page is dark. Downloads and other pages are out of a frame's reach: no buttons for them. */
const DRAW: Readonly<Record<Library, string>> = {
  plotly: `async (place, { data, layout = {}, frames, config, plain_look }, dark) => {
    const none = "rgba(0,0,0,0)";
    const axis = { gridcolor: "${LINE}", linecolor: "${LINE}", zerolinecolor: "${LINE}" };
    const scene = { ...axis, backgroundcolor: none };
    const own = layout.template?.layout ?? {};
    if (!plain_look) place.className = "card whole";
    else if (!dark) layout.template.layout = { ...own, paper_bgcolor: none };
    else {
      layout.template.layout = { ...own, paper_bgcolor: none, plot_bgcolor: none, font: { ...own.font, color: "${INK}" },
        xaxis: { ...own.xaxis, ...axis }, yaxis: { ...own.yaxis, ...axis },
        scene: { xaxis: { ...own.scene?.xaxis, ...scene }, yaxis: { ...own.scene?.yaxis, ...scene }, zaxis: { ...own.scene?.zaxis, ...scene } } };
    }
    place.style.height = (layout.height ?? 450) + "px";
    await Plotly.newPlot(place, { data, layout, frames, config: { responsive: true, displaylogo: false, modeBarButtonsToRemove: ["toImage"], ...config } });
  }`,
  vega: `async (place, spec, dark) => {
    const own = spec.background ?? spec.config?.background;
    if (own !== undefined) place.className = "card";
    const look = own === undefined ? { theme: dark ? "dark" : undefined, config: { background: "transparent" } } : {};
    await vegaEmbed(place, spec, { ...look, ...spec.usermeta?.embedOptions, actions: false });
  }`,
  bokeh: `async (place, item, dark) => {
    place.className = "card";
    await Bokeh.embed.embed_item(item, place.id);
  }`,
};

const STYLE = `<style>
#figure { box-sizing: border-box }
.card { width: fit-content; padding: 8px; border-radius: 8px; color: #1b1f23; background: #fff; color-scheme: light }
.card.whole { width: auto }
.js-plotly-plot { width: 100% !important }
.vega-embed { display: block }
</style>`;

/** HTML that draws a figure once its scripts have run. */
export function drawingOf({ library, source }: Figure, dark: boolean): string {
  // What would end the script that it stands in; within texts of JSON it says the same.
  const data = source.replaceAll("<", "\\u003c").replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");
  const told = JSON.stringify(failed);
  return `${STYLE}<div class="${dark ? "dark" : "light"}"><div id="figure"></div></div><script>
(async () => {
  const place = document.getElementById("figure");
  try {
    await (${DRAW[library]})(place, ${data}, ${dark});
  } catch (error) {
    place.textContent = ${told} + " " + error;
  }
})();
</script>`;
}
