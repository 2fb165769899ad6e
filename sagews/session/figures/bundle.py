"""The form in which figures reach the page: what the library draws from, and the scripts that draw it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping

from sagews.session.display.mime import Bundle
from sagews.session.figures.scripts import keep

FIGURE = "text/vnd.sagews.figure"
NO_ROOM = "(Not drawn: the scripts of {library} could not be kept in the files of this workspace: {reason}.)"


def figure_bundle(library: str, source: str, scripts: Mapping[str, Callable[[], str]], words: str) -> Bundle:
    """Return the bundle of a figure.

    Args:
        library: "plotly", "vega" or "bokeh", by which the page knows what to call.
        source: what it draws from, JSON.
        scripts: in their order, by their key, what makes each.
        words: describe it for those who can't see it.
    """
    try:
        names = [keep(key, make) for key, make in scripts.items()]
    except OSError as problem:
        told = NO_ROOM.format(library=library, reason=problem.strerror or problem)
        return {"text/plain": f"{words}\n{told}"}, {}
    head = json.dumps({"version": 1, "library": library, "scripts": names})
    # Put together as texts: it may be megabytes, and is JSON already.
    return {FIGURE: f'{head[:-1]}, "source": {source}}}', "text/plain": words}, {}
