"""Figures of plotly, altair and bokeh in Sage cells: what reaches the page, and the scripts that draw them."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
from pathlib import Path
from typing import Any

from sagews.session.figures import scripts
from sagews.session.figures.bundle import FIGURE
from sagews.wire.jobs import SCRIPTS
from sagews.wire.session.frames import DisplayFrame, ResultFrame

from .sage_case import NEEDS_SAGE, SageCase
from .support import printed

pytestmark = NEEDS_SAGE


class FigureTests(SageCase):
    """With the libraries themselves."""

    def figures(self, source: str) -> list[dict[str, Any]]:
        """Return the figures that a cell shows."""
        frames = self.sage(source)
        found = [each.data for each in frames if isinstance(each, (ResultFrame, DisplayFrame))]
        self.assertTrue(found, printed(frames) + repr(frames))
        for data in found:
            self.assertIn(FIGURE, data, data)
        return [json.loads(data[FIGURE]) for data in found]

    def scripts(self, figure: dict[str, Any]) -> list[str]:
        """Return a figure's scripts, which lie in the home under what their bytes say."""
        found = []
        for name in figure["scripts"]:
            script = gzip.decompress((self.session.home / SCRIPTS / f"{name}.js.gz").read_bytes())
            self.assertEqual(hashlib.sha256(script).hexdigest(), name)
            found.append(script.decode())
        return found

    def test_plotly(self) -> None:
        """As a value, by show() and by display(); Sage's numbers are numbers, what is missing is nothing."""
        source = (
            "import pandas as pd, plotly.graph_objects as go\n"
            "fig = go.Figure(go.Scatter(x=[1, 1/2, pi], y=[2.5, pd.NA, pd.NaT], line_width=3, marker_size=10))\n"
            "fig.show(); display(fig); fig"
        )
        made = self.figures(source)
        self.assertEqual([each["library"] for each in made], ["plotly"] * 3)
        for each in made:
            trace = each["source"]["data"][0]
            self.assertEqual((trace["x"], trace["y"]), ([1, 0.5, 3.141592653589793], [2.5, None, None]))
            self.assertEqual(each["scripts"], made[0]["scripts"])
        (script,) = self.scripts(made[0])
        self.assertIn("plotly.js v", script[:200])
        (bars,) = self.figures("import plotly.express as px; px.histogram(x=[1, 2, 2.5], nbins=10, width=400)")
        self.assertEqual((bars["source"]["data"][0]["nbinsx"], bars["source"]["layout"]["width"]), (10, 400))
        (line,) = self.figures("go.Figure(go.Scatter(y=vector(QQ, [1, 1/2])))")
        self.assertEqual(line["source"]["data"][0]["y"], [1, 0.5])

    def test_altair(self) -> None:
        """As a value, by show() and by display(); another way that a person chooses is taken."""
        made = self.figures(
            "import altair as alt, pandas as pd\n"
            "table = pd.DataFrame({'a': [1, 2], 'b': [1/2, pd.NA], 'c': [pd.NaT, pd.Timestamp('2020-01-01')]})\n"
            "chart = alt.Chart(table).mark_point(size=60).encode(x='a:Q', y='b:Q').properties(width=300)\n"
            "display(chart); chart.show(); chart"
        )
        self.assertEqual([each["library"] for each in made], ["vega"] * 3)
        (values,) = made[0]["source"]["datasets"].values()
        self.assertEqual([each["a"] for each in values], [1, 2])
        self.assertEqual([each["b"] for each in values], [0.5, None])
        self.assertEqual((made[0]["source"]["width"], made[0]["source"]["mark"]["size"]), (300, 60))
        (script,) = self.scripts(made[0])
        self.assertIn("vegaEmbed", script)
        frames = self.sage("alt.renderers.enable('svg'); chart")
        self.assertIn("image/svg+xml", [each for each in frames if isinstance(each, ResultFrame)][-1].data)

    def test_bokeh(self) -> None:
        """A figure, a layout and a list of figures; as a value, by show() and by display()."""
        made = self.figures(
            "from bokeh.plotting import figure, show; from bokeh.layouts import row\n"
            "p = figure(width=300, height=200, x_range=(0, 5/2))\n"
            "p.line([1, 2], [0.5, 1/3], line_width=2);\n"
            "q = figure(); q.scatter(x=[1], y=[pi], size=10);\n"
            "show(p); display(row(p, q)); show([p, q]); p"
        )
        self.assertEqual([each["library"] for each in made], ["bokeh"] * 4)
        self.assertEqual(made[0]["source"]["doc"]["roots"][0]["attributes"]["width"], 300)
        self.assertIn("Bokeh", self.scripts(made[0])[0])

    def test_only_what_is_used(self) -> None:
        """Nothing of the libraries is imported, and no file is made, before somebody asks for them."""
        names = "('plotly', 'altair', 'bokeh', 'vl_convert')"
        frames = self.fresh(
            f"import os, sys; print([name for name in {names} if name in sys.modules])\n"
            "print(os.path.exists(os.path.expanduser('~/.sagews/scripts')))"
        )
        self.assertEqual(printed(frames), "[]\nFalse\n")

    def test_kept_by_two_at_once(self) -> None:
        """Two sessions of one home, processes of one number, both keep their scripts in the same moment."""
        home = Path(self.mktemp()).absolute()
        home.mkdir()
        compress = gzip.compress

        def meanwhile(data: bytes, level: int) -> bytes:
            self.patch(scripts.gzip, "compress", compress)
            scripts.keep("other-1", lambda: "other()")
            return compress(data, level)

        self.patch(os, "environ", {**os.environ, "HOME": str(home)})
        self.patch(scripts.gzip, "compress", meanwhile)
        names = {"own()": scripts.keep("own-1", lambda: "own()"), "other()": scripts.keep("other-1", self.fail)}
        folder = home / SCRIPTS
        for text, name in names.items():
            self.assertEqual(gzip.decompress((folder / f"{name}.js.gz").read_bytes()).decode(), text)
        self.assertEqual(len(list(folder.iterdir())), 4)

    def test_no_room(self) -> None:
        """Where the scripts can't be kept, the figure says so in words."""
        source = (
            "import os, pathlib; pathlib.Path(os.path.expanduser('~/.sagews')).mkdir(exist_ok=True);\n"
            "pathlib.Path(os.path.expanduser('~/.sagews/scripts')).write_text('');\n"
            "import plotly.graph_objects as go; go.Figure()"
        )
        (shown,) = [each.data for each in self.fresh(source) if isinstance(each, ResultFrame)]
        self.assertIn("could not be kept", shown["text/plain"])
