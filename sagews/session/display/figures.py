"""The matplotlib backend of a session: draws with Agg, shows figures as PNG at twice the resolution.

matplotlib loads it as `module://sagews.session.display.figures`. Figures are shown by plt.show() and at the end of each
cell, and then closed; a figure that is itself the value of an expression is shown once. What drawing functions return
(lines, texts, axes, limits) is not shown: whoever calls them wants the picture.
"""

from __future__ import annotations

import io
import sys
from collections.abc import Mapping
from typing import Any

from matplotlib._pylab_helpers import Gcf
from matplotlib.artist import Artist
from matplotlib.backend_bases import FigureManagerBase
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.container import Container
from matplotlib.figure import Figure

from sagews.session.display.displayhook import stage
from sagews.session.display.drawing import measured_once
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


def is_drawing(value: Any, names: Mapping[str, Any], called: str, *, given: bool) -> bool:
    """Whether the value of a call belongs to a picture that is shown at the end of the cell.

    Args:
        value: what the call returned.
        names: the session's names.
        called: the first name of what was called.
        given: whether it was called with something: `plt.xlim(0, 1)` sets, `plt.xlim()` asks.
    """
    if given and names.get(called) is sys.modules.get("matplotlib.pyplot"):
        return not isinstance(value, Figure) or _is_held(value)
    if isinstance(value, Figure):
        return _is_held(value)
    return _is_part(value)


def _is_held(figure: Figure) -> bool:
    """Whether pyplot holds a figure and will show it."""
    return any(manager.canvas.figure is figure for manager in Gcf.figs.values())


def _is_part(value: Any) -> bool:
    """Whether something is a part of a figure, or a container that begins with one or ends with one."""
    if isinstance(value, (Artist, Container)):
        return True
    if type(value).__name__ == "ndarray" and value.dtype == object and value.size:
        value = [value.flat[0]]
    if not isinstance(value, (list, tuple)) or not value:
        return False
    ends = (value[0], value[-1])
    return any(isinstance(end, (Artist, Container)) for end in ends) or any(
        isinstance(end, (list, tuple)) and end and isinstance(end[0], Artist) for end in ends
    )


def value(figure: Any) -> Bundle | None:
    """Return the picture of a figure that is a value; pyplot need not show it again."""
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
    with measured_once(figure):
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
