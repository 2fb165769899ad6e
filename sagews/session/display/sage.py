"""Shows Sage objects: their own rich output where they have one, typeset mathematics otherwise.

A small backend of Sage's rich output (sage.repl.rich_output, used as a library) makes MIME bundles; so `show()`,
`pretty_print()`, plots, graphs, tables and images work. Two-dimensional plots are SVG while they are simple, else PNG;
three-dimensional ones are pictures by tachyon.
"""

from __future__ import annotations

import contextlib
import re
import warnings
from collections.abc import Iterable, Mapping
from typing import Any

from sage.misc.latex import LatexExpr, latex
from sage.plot.graphics import Graphics
from sage.repl.rich_output import get_display_manager
from sage.repl.rich_output import output_catalog as catalog
from sage.repl.rich_output.backend_base import BackendBase
from sage.rings.integer import Integer
from sage.structure.sage_object import SageObject

from sagews.session.display.displayhook import stage
from sagews.session.display.figures import SCALE, png_bundle
from sagews.session.display.mime import MAX_TYPESET, Bundle

MAX_TYPESET_TEXT = 4000
# An SVG grows with every point, in the store and in the page; a PNG does not.
MAX_VECTOR_POINTS = 5000
DPI = 100
_CONTAINERS = (list, tuple, set, frozenset, dict)
# Their LaTeX is a drawing program for TeX, or the words of their repr set as code.
_UNTYPESET = ("sage.graphs.", "sage.plot.", "sage.repl.")
# What KaTeX can't set, and Sage's way to say that an object has no LaTeX of its own.
_UNSUITABLE = re.compile(r"\\(texttt|verb|def|multicolumn|begin\{(tikzpicture|tabular|verbatim)\}|newcommand)")
_VERBATIM = re.compile(r"(?:\\verb\|[\w .,:;=()!?+*/'<>-]*\|)+")
_NUMERIC = re.compile(r"[\d\s.,+\-()\[\]{}:?e]*")
# Each is one primitive to `_simple`, but in SVG as many paths as it has squares or arrows.
_RASTER = {"DensityPlot", "MatrixPlot", "ComplexPlot", "ContourPlot", "PlotField", "StreamlinePlot"}


class SessionBackend(BackendBase):
    """What a worksheet can show, and how."""

    def _repr_(self) -> str:
        return "worksheet"

    def default_preferences(self) -> Any:
        """Vector graphics, plain text: typesetting is added by us."""
        from sage.repl.rich_output.preferences import DisplayPreferences

        return DisplayPreferences(graphics="vector")

    def supported_output(self) -> set[type]:
        """The containers that `_bundle` understands."""
        return {
            *(catalog.OutputPlainText, catalog.OutputAsciiArt, catalog.OutputUnicodeArt),
            *(catalog.OutputLatex, catalog.OutputHtml),
            *(catalog.OutputImagePng, catalog.OutputImageJpg, catalog.OutputImageGif),
            catalog.OutputImageSvg,
        }

    def displayhook(self, plain_text: Any, rich_output: Any) -> Bundle:
        """Return the bundle of a value."""
        return _bundle(plain_text, rich_output)

    def display_immediately(self, plain_text: Any, rich_output: Any) -> None:
        """Show something now."""
        stage.publish(*_bundle(plain_text, rich_output))


def install() -> None:
    """Make this backend Sage's own, and the formatter of Sage's objects."""
    manager = get_display_manager()
    manager.switch_backend(SessionBackend())
    # `show()` and `pretty_print()` look it up on the manager each time; replacing the functions themselves would miss
    # those which worksheets and libraries have imported by name.
    manager.display_immediately = show
    if stage.formatters is not None:
        # First, because it is the cheapest question and the commonest yes.
        stage.formatters.special[:0] = [_integer]
        stage.formatters.special.append(value)


def _integer(obj: Any) -> Bundle | None:
    """Return the bundle of a Sage integer, which most values of short cells are, without Sage's display machinery."""
    if type(obj) is not Integer or get_display_manager().preferences.text is not None:
        return None
    return {"text/plain": str(obj)}, {}


def value(obj: Any) -> Bundle | None:
    """Return the bundle of a Sage object or of a small container of some; None for anything else."""
    if not isinstance(obj, SageObject) and not _holds_sage(obj):
        return None
    data, metadata = _formatted(obj, {})
    if set(data) == {"text/plain"} and (typeset := mathematics(obj, data["text/plain"])):
        data["text/latex"] = typeset
    return data, metadata


def show(obj: Any, **options: Any) -> None:
    """Stand behind Sage's `show` and `pretty_print`: typeset where a value would be."""
    # Options are for Sage's own machinery (axes, figsize, viewer), which alone knows what they mean.
    if options:
        stage.publish(*_formatted(obj, options))
    elif isinstance(obj, LatexExpr):
        stage.publish({"text/latex": f"$\\displaystyle {obj}$", "text/plain": str(obj)}, {})
    elif isinstance(obj, str):
        stage.publish({"text/plain": obj}, {})
    else:
        stage.display(obj)


def mathematics(obj: Any, plain: str) -> str | None:
    """Return an object as LaTeX between dollars, or None where plain text says it as well or better."""
    # A number in a formula's letters says no more and can't be copied; a matrix of numbers gains by its brackets.
    number = _NUMERIC.fullmatch(plain) and not hasattr(obj, "nrows")
    if number or len(plain) > MAX_TYPESET_TEXT:
        return None
    if type(obj).__module__.startswith(_UNTYPESET):
        return None
    try:
        text = str(latex(obj))
    except Exception:
        # An object that can't be typeset is shown as text; that is no fault of the cell.
        return None
    if _UNSUITABLE.search(text):
        return None
    return f"$\\displaystyle {text.replace(chr(92) + 'Bold{', chr(92) + 'mathbf{')}$"


def _formatted(obj: Any, options: Mapping[str, Any]) -> Bundle:
    manager = get_display_manager()
    options = dict(options)
    raster = isinstance(obj, Graphics) and not _simple(obj)
    manager.preferences.graphics = "raster" if raster else "vector"
    if raster:
        options.setdefault("dpi", DPI * SCALE)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, rich = manager._rich_output_formatter(obj, options)
    return _bundle(plain, rich)


def _bundle(plain_text: Any, rich_output: Any) -> Bundle:
    """Turn Sage's containers into a MIME bundle."""
    text = _text(plain_text)
    data: dict[str, Any] = {"text/plain": text}
    if isinstance(rich_output, catalog.OutputImagePng):
        return png_bundle(rich_output.png.get(), text)
    if isinstance(rich_output, catalog.OutputImageSvg):
        data["image/svg+xml"] = rich_output.svg.get_str()
    elif isinstance(rich_output, catalog.OutputImageJpg):
        data["image/jpeg"] = rich_output.jpg.get()
    elif isinstance(rich_output, catalog.OutputImageGif):
        data["image/gif"] = rich_output.gif.get()
    elif isinstance(rich_output, catalog.OutputLatex):
        data["text/latex"] = rich_output.latex.get_str()
    elif isinstance(rich_output, catalog.OutputHtml):
        data.update(_html(rich_output))
    else:
        data["text/plain"] = _text(rich_output)
    return data, {}


def _html(rich_output: Any) -> dict[str, str]:
    """Sage wraps formulas as HTML for its notebook; a lone formula is better told as what it is."""
    if rich_output.latex:
        text = rich_output.latex.get_str()
        return {"text/latex": _VERBATIM.sub(_words, text)}
    return {"text/html": rich_output.html.get_str()}


def _words(verbatim: re.Match[str]) -> str:
    """Sage sets texts between formulas letter for letter, as in code; they are words."""
    return f"\\text{{{verbatim.group().replace(chr(92) + 'verb|', '').replace('|', '')}}}"


def _text(container: Any) -> str:
    for name in ("text", "unicode_art", "ascii_art"):
        if hasattr(container, name):
            return str(getattr(container, name).get_str())
    return ""


def _holds_sage(obj: Any) -> bool:
    """Whether a small container has a Sage object at its first or second level."""
    if type(obj) not in _CONTAINERS or not 0 < len(obj) <= MAX_TYPESET:
        return False
    parts: Iterable[Any] = [*obj, *obj.values()] if isinstance(obj, dict) else obj
    return any(isinstance(part, SageObject) or (type(part) in _CONTAINERS and _holds_sage(part)) for part in parts)


def _simple(graphics: Any) -> bool:
    """Whether a plot has few enough points for SVG."""
    points = 0
    for primitive in graphics:
        if type(primitive).__name__ in _RASTER:
            return False
        with contextlib.suppress(TypeError, AttributeError):
            points += len(primitive.xdata)
        points += 1
    return points <= MAX_VECTOR_POINTS
