"""The matplotlib backend of a session: draws with Agg, shows figures as PNG at twice the resolution.

matplotlib loads it as `module://sagews.session.display.figures`. Figures are shown by plt.show() and at the end of each
cell, and then closed; a figure that is itself the value of an expression is shown once.
"""

from __future__ import annotations

import io
import sys
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg

from sagews.session.display.displayhook import stage
from sagews.session.display.mime import Bundle

# Screens with two device pixels to one of CSS are the usual ones; at one, text in figures looks blurred there.
SCALE = 2
# A figure of 100 inches is a slip of the pen that Agg would answer with a gigabyte of picture.
MAX_PIXELS = 4000


class FigureManager(FigureManagerBase):
    """Keeps figures until they are shown."""

    @classmethod
    def pyplot_show(cls, *, block: bool | None = None) -> None:
        """Show all open figures, in their order; nothing ever blocks."""
        flush()

    def show(self) -> None:
        """Show this figure."""
        stage.publish(*picture(self.canvas.figure))


class FigureCanvas(FigureCanvasAgg):
    """Agg's canvas with our manager."""

    manager_class = FigureManager


def flush() -> None:
    """Show and close the figures that pyplot holds."""
    # Asked at the end of every cell, so the answer that there is none has to be cheap.
    if not Gcf.figs:
        return
    pyplot = sys.modules["matplotlib.pyplot"]
    for number in pyplot.get_fignums():
        figure = pyplot.figure(number)
        pyplot.close(figure)
        if figure.get_axes() or figure.texts or figure.images:
            stage.publish(*picture(figure))


def value(figure: Any) -> Bundle | None:
    """Return the picture of a figure that is a value; pyplot need not show it again."""
    from matplotlib.figure import Figure

    if not isinstance(figure, Figure):
        return None
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is not None:
        pyplot.close(figure)
    return picture(figure)


def picture(figure: Any) -> Bundle:
    """Draw a figure. Its size on the page, in CSS pixels, stands in the metadata."""
    image = io.BytesIO()
    largest = max(*figure.get_size_inches(), 0.1)
    dpi = min(figure.dpi * SCALE, MAX_PIXELS / largest)
    figure.savefig(image, format="png", dpi=dpi, bbox_inches="tight")
    return png_bundle(image.getvalue(), _words(figure))


def png_bundle(png: bytes, text: str) -> Bundle:
    """Return the bundle of a PNG that was drawn at SCALE."""
    # They stand in the first chunk, at fixed places; a library that decodes the picture would be loaded for eight
    # bytes.
    width, height = (int.from_bytes(png[start : start + 4], "big") for start in (16, 20))
    size = {"width": round(width / SCALE), "height": round(height / SCALE)}
    return {"image/png": png, "text/plain": text}, {"image/png": size}


def _words(figure: Any) -> str:
    """Describe a figure for those who can't see it."""
    titles = [axes.get_title() for axes in figure.get_axes() if axes.get_title()]
    told = f": {', '.join(titles)}" if titles else ""
    return f"Figure with {len(figure.get_axes())} axes{told}"
