"""Charts of altair: as values, by display() and by chart.show(). Nothing of altair is imported before somebody does."""

from __future__ import annotations

import json
import sys
from typing import Any

from sagews.session.display.mime import Bundle
from sagews.session.figures.bundle import figure_bundle
from sagews.session.figures.plain import plain

# Renderers by which a chart stands in a page; the others, of pictures, do what they say.
_OURS = ("default", "html", "colab", "kaggle", "zeppelin", "mimetype", "jupyterlab", "nteract", "browser")
NEEDS = "(Not drawn: the package vl-convert-python, which has the scripts that draw it, is not installed.)"


def value(chart: Any) -> Bundle | None:
    """Return the bundle of a chart, as the renderer that a person chose makes it; None for anything else."""
    library = sys.modules.get("altair")
    kind = getattr(library, "TopLevelMixin", None)
    if library is None or kind is None or not isinstance(chart, kind):
        return None
    spec = plain(chart.to_dict(context={"pre_transform": False}))
    if library.renderers.active in _OURS:
        return _bundle(spec, str(library.VEGALITE_VERSION))
    made = library.renderers.get()(spec)
    data, told = made if isinstance(made, tuple) else (made, {})
    return {"text/plain": _words(spec), **data}, told


def _bundle(spec: dict[str, Any], version: str) -> Bundle:
    words = _words(spec)
    try:
        import vl_convert
    except ImportError:
        return {"text/plain": f"{words}\n{NEEDS}"}, {}
    version = ".".join(version.split(".")[:2])
    scripts = {
        f"vega-{vl_convert.__version__}-{version}": lambda: str(vl_convert.javascript_bundle(vl_version=version))
    }
    return figure_bundle("vega", json.dumps(spec), scripts, words)


def _words(spec: dict[str, Any]) -> str:
    """Describe a chart."""
    title = spec.get("title")
    text = title.get("text") if isinstance(title, dict) else title
    described = spec.get("description") or (" ".join(text) if isinstance(text, list) else text)
    return f"Chart of altair{f': {described}' if described else ''}"
