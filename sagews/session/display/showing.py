"""display(), update_display(), clear_output() and friends as user code calls them, bound to the cell that runs.

IPython's own functions want its shell, which is not here: ours take their places in IPython's modules, so that
`from IPython.display import display` and libraries that call it work.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from typing import Any

from sagews.session.display import media, tables
from sagews.session.display.displayhook import stage
from sagews.session.display.mime import Bundle, Formatters
from sagews.session.figures import altair_figures, bokeh_figures, plotly_figures
from sagews.session.widgets.importing import after_import


class DisplayHandle:
    """Something shown that can be replaced: what display(..., display_id=True) returns.

    Attributes:
        display_id: under which it was shown; a new one if none is given.
    """

    def __init__(self, display_id: str | None = None) -> None:
        self.display_id = str(display_id) if display_id else uuid.uuid4().hex

    def __repr__(self) -> str:
        return f"<DisplayHandle display_id={self.display_id}>"

    def display(self, obj: Any, **how: Any) -> None:
        """Show an object once more under this id."""
        display(obj, display_id=self.display_id, **how)

    def update(self, obj: Any, **how: Any) -> None:
        """Show an object in place of the last one."""
        update_display(obj, display_id=self.display_id, **how)


def display(
    *objs: Any,
    include: Iterable[str] | None = None,
    exclude: Iterable[str] | None = None,
    metadata: Mapping[str, Any] | None = None,
    transient: Mapping[str, Any] | None = None,
    display_id: Any = None,
    raw: bool = False,
    clear: bool = False,
    **others: Any,
) -> DisplayHandle | None:
    """Show objects as the richest thing that they can be.

    Args:
        objs: what is shown.
        include: MIME types that alone are shown.
        exclude: MIME types that are not.
        metadata: said about each.
        transient: may have the `display_id`, as messages of Jupyter have it.
        display_id: a text under which `update_display` finds it again; True makes one.
        raw: whether each is a MIME bundle already.
        clear: whether what was shown before goes when the first is shown.
        others: `update` of IPython's own; the rest is ignored.

    Returns:
        What replaces it, if there is a display id.
    """
    handle = None
    if display_id is not None and display_id is not False:
        handle = DisplayHandle(None if display_id is True else str(display_id))
    name = handle.display_id if handle is not None else str((transient or {}).get("display_id") or "")
    if clear:
        stage.clear(wait=True)
    for each in objs:
        data, told = _bundle(each, include, exclude, raw=raw)
        told = {**told, **(metadata or {})}
        if others.get("update") and name:
            stage.update(data, told, name)
        else:
            stage.publish(data, told, name)
    return handle


def _bundle(value: Any, include: Iterable[str] | None, exclude: Iterable[str] | None, *, raw: bool) -> Bundle:
    if raw and isinstance(value, Mapping):
        return dict(value), {}
    if stage.formatters is None:
        return {}, {}
    data, metadata = stage.formatters.bundle(value)
    wanted = data.keys() if include is None else set(include)
    left_out = set(exclude or ())
    return {mime: part for mime, part in data.items() if mime in wanted and mime not in left_out}, metadata


def update_display(obj: Any, *, display_id: Any = None, **how: Any) -> None:
    """Show an object in place of everything that was shown under a display id, in earlier cells too.

    Raises:
        TypeError: without a display id.
    """
    if not display_id:
        raise TypeError("update_display() needs display_id: the one under which it was shown")
    display(obj, display_id=display_id, **{**how, "update": True})


def publish_display_data(
    data: Mapping[str, Any],
    metadata: Mapping[str, Any] | None = None,
    source: str = "",
    *,
    transient: Mapping[str, Any] | None = None,
    update: bool = False,
    **_: Any,
) -> None:
    """Show a MIME bundle, or replace what was shown under the display id in `transient`."""
    name = str((transient or {}).get("display_id") or "")
    if update and name:
        stage.update(data, metadata or {}, name)
    else:
        stage.publish(data, metadata or {}, name)


def clear_output(wait: bool = False) -> None:
    """Take away what the cell has printed and shown so far.

    Args:
        wait: until it shows something else, which then takes the place without a flicker.
    """
    stage.clear(wait=bool(wait))


class Publisher:
    """What `get_ipython().display_pub` is: libraries publish and clear through it."""

    def publish(
        self, data: Mapping[str, Any], metadata: Mapping[str, Any] | None = None, source: str = "", **how: Any
    ) -> None:
        """See publish_display_data."""
        publish_display_data(data, metadata, source, **how)

    def clear_output(self, wait: bool = False) -> None:
        """See clear_output."""
        clear_output(wait)


NAMES = {each.__name__: each for each in (display, update_display, clear_output, publish_display_data, DisplayHandle)}
# Those that every cell has; the others have to be imported, as in IPython.
OWN = {name: NAMES[name] for name in ("display", "update_display", "clear_output")}


def install() -> None:
    """Put these names where IPython's own are looked up, and prepare the formatters."""
    import IPython.core.display
    import IPython.core.display_functions
    import IPython.display

    for module in (IPython.display, IPython.core.display_functions, IPython.core.display):
        for name, own in NAMES.items():
            if hasattr(module, name):
                setattr(module, name, own)
    stage.formatters = Formatters()
    stage.formatters.special += [
        tables.frame,
        media.value,
        plotly_figures.value,
        altair_figures.value,
        bokeh_figures.value,
    ]
    after_import({**plotly_figures.AFTER, **bokeh_figures.AFTER})
