"""Figures and layouts of bokeh: as values, by display() and by show(), which needs no output_notebook() here."""

from __future__ import annotations

import functools
import hashlib
import json
import sys
from collections.abc import Callable
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.display.mime import Bundle
from sagews.session.figures.bundle import figure_bundle
from sagews.session.figures.plain import is_sage, number

_SERVER = "bokeh applications need a server, which is not here: show(figure) shows a figure without one."


def value(figure: Any) -> Bundle | None:
    """Return the bundle of a figure or a layout; None for anything else."""
    library = sys.modules.get("bokeh.models.layouts")
    return _bundle(figure) if library is not None and isinstance(figure, library.LayoutDOM) else None


def _bundle(figure: Any) -> Bundle:
    from bokeh.embed import json_item
    from bokeh.embed.util import FromCurdoc, OutputDocumentFor

    # A list of figures is a column of them, as bokeh has it.
    if isinstance(figure, (list, tuple)):
        figure = sys.modules["bokeh.layouts"].column(list(figure))
    # In a document that lasts so long: it may be shown again, or stand in a layout.
    with OutputDocumentFor([figure], apply_theme=FromCurdoc, always_new=True):
        source = json.dumps(json_item(figure), default=number)
    return figure_bundle("bokeh", source, _scripts(figure), _words(figure))


def _scripts(figure: Any) -> dict[str, Callable[[], str]]:
    """Return those of bokeh's scripts that a figure needs."""
    from bokeh.embed.bundle import bundle_for_objs_and_resources
    from bokeh.resources import INLINE

    texts = bundle_for_objs_and_resources([figure], INLINE).js_raw
    needed = [text for text in map(str, texts) if not text.startswith("Bokeh.set_log_level")]
    return {f"bokeh-{hashlib.sha256(text.encode()).hexdigest()}": functools.partial(str, text) for text in needed}


def _words(figure: Any) -> str:
    """Describe a figure."""
    title = getattr(getattr(figure, "title", None), "text", None) or getattr(figure, "title", None)
    return f"Figure of bokeh{f': {title}' if isinstance(title, str) and title else ''}"


def _load(*_: Any) -> None:
    """Load nothing: each figure names its scripts."""


def _show(figure: Any, _state: Any, _handle: Any) -> None:
    stage.publish(*_bundle(figure))


def _application(*_: Any, **__: Any) -> None:
    raise RuntimeError(_SERVER)


def complete_io(_: Any) -> None:
    """Have `show()` show figures here."""
    sys.modules["bokeh.io.notebook"].install_notebook_hook("jupyter", _load, _show, _application, overwrite=True)
    sys.modules["bokeh.io.state"].curstate().output_notebook("jupyter")


def complete_serialization(module: Any) -> None:
    """Let Sage's numbers and vectors stand in figures."""
    own = module.Serializer._encode_other

    def encode_other(self: Any, obj: Any) -> Any:
        found = number(obj) if is_sage(obj) else obj
        return own(self, obj) if found is obj else self.encode(found)

    module.Serializer._encode_other = encode_other


AFTER = {"bokeh.io": complete_io, "bokeh.core.serialization": complete_serialization}
