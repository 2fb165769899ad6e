"""Shows Sage objects: their own rich output where they have one, typeset mathematics otherwise.

A small backend of Sage's rich output (sage.repl.rich_output, used as a library) makes MIME bundles; so `show()`,
`pretty_print()`, plots, graphs, tables and images work. Two-dimensional plots are SVG while they are simple, else PNG;
three-dimensional ones are scenes (scenes/).
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
import warnings
from collections.abc import Mapping
from io import StringIO
from typing import Any

from PIL import Image
from sage.misc.html import HtmlFragment
from sage.misc.latex import Latex, LatexExpr
from sage.misc.lazy_import import LazyImport
from sage.misc.table import table
from sage.plot.animate import Animation
from sage.plot.graphics import Graphics, _parse_figsize
from sage.plot.plot3d.base import Graphics3d
from sage.repl.rich_output import get_display_manager
from sage.repl.rich_output import output_catalog as catalog
from sage.repl.rich_output.backend_base import BackendBase
from sage.rings.integer import Integer
from sage.structure.sage_object import SageObject

from sagews.session.display import films, sage_tables, words
from sagews.session.display.described import plot_words
from sagews.session.display.displayhook import stage
from sagews.session.display.drawing import Drawing
from sagews.session.display.figures import SCALE, png_bundle
from sagews.session.display.mime import MAX_SEQUENCE, Bundle, long_containers
from sagews.session.display.scenes import bundle as scenes
from sagews.session.display.typesetting import formula, without_macros

# An SVG grows with every point, in the store and in the page; a PNG does not.
MAX_VECTOR_POINTS = 5000
DPI = 100
_VERBATIM = re.compile(r"(?:\\verb\|[\w .,:;=()!?+*/'<>-]*\|)+")
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

    def _apply_pretty_printer(self, pretty_printer_class: type, obj: Any) -> str:
        """Print as Sage does, but never a container without end."""
        stream = StringIO()
        printer = pretty_printer_class(stream, self.max_width(), self.newline(), max_seq_length=MAX_SEQUENCE)
        printer.pretty(obj)
        printer.flush()
        return stream.getvalue()

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
    Latex.eval = _evaluated_latex
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
    """Return the bundle of any value, as Sage prints it; None for a container that is too long for Sage's printer."""
    obj = _behind(obj)
    if long_containers(obj):
        return None
    if (special := _special(obj)) is not None:
        return special
    data, metadata = _formatted(obj, {})
    if set(data) != {"text/plain"}:
        return data, metadata
    if not isinstance(obj, SageObject):
        return _with_other_forms(obj, data["text/plain"])
    if get_display_manager().preferences.text is None and (typeset := formula(obj, data["text/plain"])):
        data["text/latex"] = typeset
    return data, metadata


def _behind(obj: Any) -> Any:
    """Return what a name that is imported on first use stands for."""
    for _ in range(8):
        if not isinstance(obj, LazyImport):
            break
        try:
            obj = obj._get_object()
        except Exception:
            # What can't be imported says so itself when it is printed.
            break
    return obj


def _special(obj: Any) -> Bundle | None:
    """Return the bundle of what Sage itself shows in a form that a page can't use."""
    if (shown := sage_tables.value(obj)) is not None:
        return shown
    if isinstance(obj, Animation):
        return _animation(obj, {})
    if isinstance(obj, Graphics3d):
        return _scene(obj, {})
    return None


def _scene(plot: Any, options: Mapping[str, Any]) -> Bundle | None:
    """Return a three-dimensional plot as a scene; None where another viewer than a page's own is asked for."""
    if {**plot._extra_kwds, **options}.get("viewer", "threejs") not in ("threejs", None):
        return None
    return scenes.bundle_of(plot, options, str(plot))


def _with_other_forms(obj: Any, text: str) -> Bundle | None:
    """Return a foreign object's own forms (HTML, pictures, LaTeX) beside Sage's text of it."""
    if stage.formatters is None:
        return {"text/plain": text}, {}
    data, metadata = stage.formatters.rich(obj)
    if data is None:
        # It has shown itself.
        return {}, {}
    told = data.get("text/plain") if data and "text/latex" in data and text.startswith("<IPython.") else text
    if not data and get_display_manager().preferences.text is None and (typeset := formula(obj, text)):
        data = {"text/latex": typeset}
    return {**data, "text/plain": told}, metadata


def _animation(obj: Any, options: Mapping[str, Any]) -> Bundle | None:
    """Return an animation as a film; Sage itself would want another program for it."""
    count = len(obj._frames)
    if count == 0:
        return {"text/plain": str(obj)}, {}
    if all(isinstance(each, Graphics3d) for each in obj._frames):
        return _scene(obj.interactive(), options)
    step = -(-count // films.MAX_FRAMES)
    chosen = Animation(obj._frames[::step], **{"dpi": DPI * SCALE, **obj._kwds})
    folder = chosen.png()
    pictures = [Image.open(os.path.join(folder, name)) for name in sorted(os.listdir(folder))]
    # Sage counts in hundredths of a second, and how often it is shown; 0 is for ever.
    delay, times = int(options.get("delay", 20)) * 10, int(options.get("iterations", 0))
    return films.film(pictures, str(obj), delay=delay, loop=times == 0, of=count)


def show(obj: Any, **options: Any) -> None:
    """Stand behind Sage's `show` and `pretty_print`: typeset where a value would be."""
    if isinstance(obj, Graphics3d) and (scene := _scene(obj, options)) is not None:
        stage.publish(*scene)
    elif isinstance(obj, Animation) and (moving := _animation(obj, options)) is not None:
        stage.publish(*moving)
    # Options are for Sage's own machinery (axes, figsize, viewer), which alone knows what they mean.
    elif options and not isinstance(obj, (table, Animation)):
        stage.publish(*_formatted(obj, options))
    elif isinstance(obj, LatexExpr):
        stage.publish(*words.latex_bundle(str(obj)))
    elif isinstance(obj, str) and not isinstance(obj, HtmlFragment):
        stage.publish({"text/plain": obj}, {})
    else:
        stage.display(obj)


def view(objects: Any, *more: Any, **_options: Any) -> None:
    """Show objects typeset. Sage's own wants a LaTeX of the machine and a window; the page has both."""
    for each in (objects, *more):
        show(each)


_compile_latex = Latex.eval


def _evaluated_latex(self: Any, x: Any, globals: Any = None, *more: Any, **options: Any) -> Any:
    """Show LaTeX with what Sage computes in it; to make a file of it takes a LaTeX of the machine."""
    if more or options.keys() - {"locals"}:
        return _compile_latex(self, x, globals, *more, **options)
    names = {**(globals or {}), **options.get("locals", {})}
    stage.publish(*words.latex_bundle(self._latex_preparse(str(x), names)))
    return ""


def choose(arguments: list[str]) -> None:
    """Set what `%display` names: a text format, or an option and its value; without arguments print what is set.

    Raises:
        ValueError: for something that Sage does not know.
    """
    preferences = get_display_manager().preferences
    known = [str(option) for option in preferences.available_options()]
    first, second = [*arguments, "", ""][:2]
    if not first:
        sys.stdout.write(f"{preferences}\n")
    elif first in ("default", "None"):
        for option in known:
            with contextlib.suppress(AttributeError):
                delattr(preferences, option)
    elif first in known:
        _set_option(preferences, first, second)
    else:
        if first in ("ascii_art", "unicode_art") and second:
            vars(sys.modules["sage.typeset.character_art"])["MAX_WIDTH"] = int(second)
        _set_option(preferences, "text", {"simple": "plain", "typeset": "latex"}.get(first, first))


def _set_option(preferences: Any, option: str, chosen: str) -> None:
    if not chosen:
        sys.stdout.write(f"{getattr(preferences, option)}\n")
    elif chosen in ("default", "None"):
        delattr(preferences, option)
    else:
        setattr(preferences, option, chosen)


def _formatted(obj: Any, options: Mapping[str, Any]) -> Bundle:
    manager = get_display_manager()
    options = dict(options)
    raster = isinstance(obj, Graphics) and not _simple(obj)
    manager.preferences.graphics = "raster" if raster else "vector"
    if raster:
        options.setdefault("dpi", DPI * SCALE)
    if stage.steady and isinstance(obj, Graphics) and "fig_tight" not in obj._extra_kwds:
        options.setdefault("fig_tight", False)
    if isinstance(obj, Graphics) and type(obj).save is Graphics.save:
        options.setdefault("figure", _drawing({**obj._extra_kwds, **options}.get("figsize")))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        plain, rich = manager._rich_output_formatter(obj, options)
    return _titled(_bundle(plain, rich), plot_words(obj)) if isinstance(obj, Graphics) else _bundle(plain, rich)


def _drawing(size: Any) -> Drawing | None:
    """Return the figure for a plot, of the size that it asks for; None where Sage itself will say what is wrong."""
    if size is None:
        return Drawing()
    with contextlib.suppress(ValueError, TypeError):
        return Drawing(figsize=_parse_figsize(size))
    return None


def _titled(bundle: Bundle, told: str) -> Bundle:
    """Say with the picture of a plot what it shows; the value's own text says only how many parts it has."""
    data, metadata = bundle
    pictures = [mime for mime in data if mime.startswith("image/")] if told else []
    return data, {**metadata, **{mime: {**metadata.get(mime, {}), "title": told} for mime in pictures}}


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
        data["text/latex"] = without_macros(rich_output.latex.get_str())
    elif isinstance(rich_output, catalog.OutputHtml):
        data.update(_html(rich_output))
    else:
        data["text/plain"] = _text(rich_output)
    return data, {}


def _html(rich_output: Any) -> dict[str, str]:
    """Sage wraps formulas as HTML for its notebook; a lone formula is better told as what it is."""
    if rich_output.latex:
        text = rich_output.latex.get_str()
        return {"text/latex": without_macros(_VERBATIM.sub(_words, text))}
    return words.html_bundle(rich_output.html.get_str())


def _words(verbatim: re.Match[str]) -> str:
    """Sage sets texts between formulas letter for letter, as in code; they are words."""
    return f"\\text{{{verbatim.group().replace(chr(92) + 'verb|', '').replace('|', '')}}}"


def _text(container: Any) -> str:
    for name in ("text", "unicode_art", "ascii_art"):
        if hasattr(container, name):
            return str(getattr(container, name).get_str())
    return ""


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
