"""Figures of plotly, altair and bokeh with the real daemon: drawn by the libraries' own scripts, with no network."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

import pytest
from playwright.sync_api import FrameLocator, Page, expect

from tests.e2e.browsing import DESK, BrowserTestCase, Sheet
from tests.e2e.running import screenshot

pytestmark = pytest.mark.slow

PLOTLY = """import plotly.graph_objects as go
fig = go.Figure(go.Scatter(x=[1, 2, 3, 4], y=[1, 1/2, pi, 2.5], name='measured'))
fig.update_layout(title='Measured', height=320).show()"""
ALTAIR = """import altair as alt
squares = alt.Data(values=[{'n': n, 'square': n^2} for n in range(6)])
alt.Chart(squares, title='Squares').mark_bar().encode(x='n:O', y='square:Q')"""
BOKEH = """from bokeh.plotting import figure, show
p = figure(width=420, height=260, title='Line')
p.line([1, 2, 3], [1/2, 4, 2], line_width=3);
show(p)"""
DRAWN = {
    "plotly": ".js-plotly-plot .scatterlayer path.js-line",
    "vega": ".vega-embed canvas, .vega-embed svg",
    "bokeh": ".bk-Figure",
}


class FigureTests(BrowserTestCase):
    """What people of JupyterLab know."""

    def frame(self, page: Page, library: str) -> FrameLocator:
        """Return the frame of a figure, near which the page scrolls."""
        figure = page.locator(f"[data-testid=figure][data-library={library}]")
        figure.first.scroll_into_view_if_needed()
        return figure.first.frame_locator("iframe")

    def look(self, page: Page) -> None:
        """See all three drawn."""
        for library, drawn in DRAWN.items():
            expect(self.frame(page, library).locator(drawn).first).to_be_visible()
            expect(self.frame(page, library).locator("#figure")).not_to_contain_text("could not be drawn")

    def keep(self, page: Page, name: str) -> None:
        """Keep a picture of the first figures, which are drawn anew when somebody comes back to them."""
        for library in ("vega", "plotly"):
            expect(self.frame(page, library).locator(DRAWN[library]).first).to_be_visible()
        screenshot(page, name)

    def test_all_three(self) -> None:
        """Shown when made, after a reload, in the dark, and in a downloaded page; each script is read once."""
        sheet = self.new_sheet()
        page = sheet.page
        for source in (PLOTLY, ALTAIR, BOKEH, "fig"):
            sheet.run(source)
        self.look(page)
        self.keep(page, "figures-light")
        read: list[str] = []
        page.on("websocket", lambda socket: socket.on("framesent", lambda data: read.append(str(data))))
        page.emulate_media(color_scheme="dark")
        page.reload()
        Sheet(page).wait()
        self.look(page)
        second = page.get_by_test_id("figure").last
        second.scroll_into_view_if_needed()
        expect(second.frame_locator("iframe").locator(DRAWN["plotly"]).first).to_be_visible()
        self.keep(page, "figures-dark")
        first_parts = [sent for sent in read if ".sagews/scripts/" in sent and '"offset":0' in sent]
        self.assertEqual(len(first_parts), 3, first_parts)
        self.look_at_download(page)

    def look_at_download(self, page: Page) -> None:
        """See the figures in the file that the worksheet becomes, which asks nobody for anything."""
        page.get_by_test_id("sheet-menu").click()
        page.get_by_text("Download as…").click()
        with page.expect_download() as download:
            page.get_by_test_id("export-page").click()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "figures.html"
            shutil.copy(download.value.path(), path)
            context = self.browser.new_context(offline=True, viewport=DESK)
            self.addCleanup(context.close)
            alone = context.new_page()
            asked: list[str] = []
            alone.on("request", lambda request: asked.append(request.url) if request.url.startswith("http") else None)
            alone.goto(path.as_uri())
            frames = alone.locator("figure iframe")
            for number, library in enumerate(("plotly", "vega", "bokeh", "plotly")):
                expect(frames.nth(number).content_frame.locator(DRAWN[library]).first).to_be_visible()
            self.assertEqual(asked, [])
