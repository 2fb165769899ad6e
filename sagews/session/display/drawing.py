"""Figures that are laid out and drawn with the work that matplotlib does once, not ten times over.

matplotlib computes, places and measures the ticks of an axis whenever somebody asks for its size, twenty times for a
plot of Sage's, and builds each tick anew out of the settings of all. What it finds depends on little, so it is kept
while a figure is saved; a tick is a copy of the first. `Drawing` is the figure that Sage draws a plot on. Pictures are
the same, to the byte where they have no random names.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from typing import Any

from matplotlib.axis import Axis, Tick
from matplotlib.figure import Figure
from matplotlib.layout_engine import PlaceHolderLayoutEngine

_PARTS = ("tick1line", "tick2line", "gridline", "label1", "label2")


class _Measured:
    """Stands for the measuring of an axis: asks matplotlib's own again only when what it depends on is another."""

    def __init__(self, axis: Axis) -> None:
        self._axis = axis
        self._place: Callable[[], list[Tick]] = axis._update_ticks
        self._measure: Callable[..., Any] = axis._get_ticklabel_bboxes
        self._placed: tuple[Any, ...] = ()
        self._ticks: list[Tick] = []
        self._measured: tuple[Any, ...] = ()
        self._boxes: Any = None

    def ticks(self) -> list[Tick]:
        """Return the ticks that are drawn, placed and labelled."""
        if self._depends() != self._placed:
            self._ticks = self._place()
            # Placing the ticks may widen the view.
            self._placed = self._depends()
        return self._ticks

    def boxes(self, ticks: list[Tick], renderer: Any) -> Any:
        """Return the boxes of the ticks' labels."""
        axes = self._axis.axes
        now = (*axes.bbox.bounds, *axes.viewLim.bounds, axes.get_figure(root=True).dpi, id(renderer), *map(id, ticks))
        if now != self._measured:
            self._boxes, self._measured = self._measure(ticks, renderer), now
        return self._boxes

    def _depends(self) -> tuple[Any, ...]:
        axis = self._axis
        box, dpi = axis.axes.bbox, axis.axes.get_figure(root=True).dpi
        # How many ticks there are goes by the length in inches; rounded, because it is computed from pixels.
        size = (round(box.width / dpi, 6), round(box.height / dpi, 6))
        parts = (axis.major.locator, axis.minor.locator, axis.major.formatter, axis.minor.formatter)
        return (*size, *axis.get_view_interval(), *map(id, parts), axis.get_scale())


@contextlib.contextmanager
def measured_once(figure: Figure) -> Iterator[None]:
    """Measure the axes of a figure only once for each of its layouts meanwhile."""
    axes = [axis for each in figure.axes if each.name == "rectilinear" for axis in (each.xaxis, each.yaxis)]
    for axis in axes:
        measured = _Measured(axis)
        vars(axis).update(_update_ticks=measured.ticks, _get_ticklabel_bboxes=measured.boxes)
    try:
        yield
    finally:
        for axis in axes:
            del vars(axis)["_update_ticks"], vars(axis)["_get_ticklabel_bboxes"]


def _copied(artist: Any) -> Any:
    """Return an artist with the same looks, which shares what it never changes in place."""
    copy = object.__new__(type(artist))
    vars(copy).update(vars(artist))
    return copy


def _copy_ticks(axis: Axis) -> None:
    """Let further ticks of an axis be copies of its first one."""

    def tick(major: bool) -> Tick:
        made = _copied((axis.majorTicks if major else axis.minorTicks)[0])
        vars(made).update({name: _copied(getattr(made, name)) for name in _PARTS})
        return made

    # The lists make their first tick when they are first looked at, by what is replaced here.
    if axis.majorTicks and axis.minorTicks:
        vars(axis).update(_get_tick=tick, _copy_tick_props=lambda _first, _tick: None)


class Drawing(Figure):
    """A figure for one plot of Sage's, which sets ticks by the axis and never one by one."""

    def add_subplot(self, *arguments: Any, **options: Any) -> Any:
        """Add axes; while they are being set up, their ticks, which come and go, are not clipped."""
        axes = super().add_subplot(*arguments, **options)
        if axes.name == "rectilinear":
            for axis in (axes.xaxis, axes.yaxis):
                vars(axis)["set_clip_path"] = lambda *_path: None
        return axes

    def get_layout_engine(self) -> Any:
        """Return the engine of the layout; what only keeps the place of one has nothing to lay out before it draws."""
        engine = super().get_layout_engine()
        return None if isinstance(engine, PlaceHolderLayoutEngine) else engine

    def tight_layout(self, **options: Any) -> None:
        """Fit the axes with all that belongs to them into the figure; everything was set by now."""
        for axes in self.axes:
            if axes.name == "rectilinear":
                for axis in (axes.xaxis, axes.yaxis):
                    vars(axis).pop("set_clip_path", None)
                    axis.set_clip_path(axes.patch)
                    _copy_ticks(axis)
        with measured_once(self):
            super().tight_layout(**options)

    def savefig(self, fname: Any, **options: Any) -> None:
        """Draw into a file."""
        with measured_once(self):
            super().savefig(fname, **options)
