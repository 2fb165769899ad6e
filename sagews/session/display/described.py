"""What a plot of Sage's shows, in words: for those who can't see it, and as the name of its file."""

from __future__ import annotations

from collections import Counter
from typing import Any

MAX_TITLE = 200
# The commonest primitives by what people call them.
_NAMES = {
    "Line": ("line", "lines"),
    "Point": ("set of points", "sets of points"),
    "Text": ("text", "texts"),
    "Polygon": ("polygon", "polygons"),
    "Circle": ("circle", "circles"),
    "Arrow": ("arrow", "arrows"),
    "BarChart": ("bar chart", "bar charts"),
    "Histogram": ("histogram", "histograms"),
    "ContourPlot": ("contour plot", "contour plots"),
    "DensityPlot": ("density plot", "density plots"),
    "MatrixPlot": ("matrix plot", "matrix plots"),
    "PlotField": ("vector field", "vector fields"),
    "ComplexPlot": ("complex plot", "complex plots"),
}


def plot_words(graphics: Any) -> str:
    """Return what a two-dimensional plot shows, its ranges, and its title; empty where nothing can be said."""
    try:
        found = Counter(type(primitive).__name__ for primitive in graphics)
        parts = [_counted(count, *_NAMES.get(kind, ("drawing", "drawings"))) for kind, count in found.most_common(3)]
        ranges = graphics.get_minmax_data()
        title = str(graphics._extra_kwds.get("title") or "").strip()
    except Exception:
        # Somebody's own kind of graphics; the picture is shown all the same.
        return ""
    words = f"Plot of {', '.join(parts) or 'nothing'}"
    if all(name in ranges for name in ("xmin", "xmax", "ymin", "ymax")) and parts:
        low, high = (f"{float(ranges[name]):.3g}" for name in ("xmin", "xmax"))
        bottom, top = (f"{float(ranges[name]):.3g}" for name in ("ymin", "ymax"))
        words += f", x from {low} to {high}, y from {bottom} to {top}"
    return f"{words}: {title}"[:MAX_TITLE] if title else words[:MAX_TITLE]


def _counted(count: int, one: str, many: str) -> str:
    return f"a {one}" if count == 1 else f"{count} {many}"
