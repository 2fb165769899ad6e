"""From a value to a MIME bundle, and from display() to a frame.

Exact builtin types take a short way; everything else goes through IPython's formatters, used as a library, so that
`_repr_html_` and friends, sympy and pandas work as people know them. Sage objects are handled by sage.py, which
registers itself here.
"""

from __future__ import annotations

import base64
import math
import sys
from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from itertools import islice
from typing import Any

from sagews.session.display.trees import fit_tree
from sagews.session.display.words import is_formula, with_dollars
from sagews.session.evaluation.tracebacks import bounded
from sagews.wire.session.checks import MAX_MIME_TYPES, fits, is_binary, is_metadata

Bundle = tuple[dict[str, Any], dict[str, Any]]
Formatter = Callable[[Any], "Bundle | None"]

MAX_TEXT = 64 * 1024
# A page sets it in one go, so a matrix of a thousand rows would hold it up; its plain text says as much.
MAX_LATEX = 20_000
# A frame has room for this and some metadata (MAX_FRAME in output/output.py); what is more is told in words here, where
# its plain text is at hand.
MAX_BUNDLE = 3 * 1024 * 1024
MAX_TYPESET = 100
MAX_SEQUENCE, LONG = 1000, 5000
"""How many parts of a container are printed, and from how many parts on it is left to the bounded printer at once."""
MISSING = object()
_PLAIN: frozenset[type] = frozenset({int, float, complex, bool, bytes, Fraction, type(...), type(NotImplemented)})
_CONTAINERS = (list, tuple, set, frozenset, dict)


class Formatters:
    """All ways to show a value. One object lives in the zygote and is shared by its sessions.

    Attributes:
        ipython: IPython's own formatters.
        special: tried first, in order; each returns a bundle or None.
        plain: exact types whose repr is ASCII and all there is to show, so that nothing has to be checked.
    """

    def __init__(self) -> None:
        from IPython.core.formatters import DisplayFormatter
        from IPython.lib.pretty import pretty

        self.ipython = DisplayFormatter()
        self._precise: Callable[[float], str] | None = None
        self._pretty = pretty
        self.special: list[Formatter] = []
        self.plain: set[type] = set(_PLAIN)

    def bundle(self, value: Any) -> Bundle:
        """Return what shows a value: bounded, and fit for JSON."""
        # Most values of short cells are plain numbers; IPython would ask a formatter of every MIME type about each.
        if type(value) in self.plain and len(text := plain_number(value)) <= MAX_TEXT:
            return {"text/plain": text}, {}
        return bounded_bundle(*self._bundle(value))

    def _bundle(self, value: Any) -> Bundle:
        kind = type(value)
        if kind in _PLAIN:
            return {"text/plain": self._number(value)}, {}
        # Before IPython: a Sage object has a repr of its own, so IPython would be content with that.
        for special in self.special:
            if (found := special(value)) is not None:
                return found
        if kind is str:
            return {"text/plain": repr(value[:MAX_TEXT]) if len(value) > MAX_TEXT else repr(value)}, {}
        if kind in _CONTAINERS:
            return self._container(value)
        if self.ipython.ipython_display_formatter(value):
            # It has shown itself.
            return {}, {}
        data, metadata = self.ipython.format(value)
        if not data:
            data = {"text/plain": f"<{kind.__module__}.{kind.__qualname__} object; its repr failed>"}
        return mathematics_in_words(data), metadata

    def rich(self, value: Any) -> tuple[dict[str, Any] | None, dict[str, Any]]:
        """Return an object's forms other than text; None in place of them when it has shown itself."""
        if type(value) in _CONTAINERS:
            return (typeset_container(value) if has_sympy(value) else {}), {}
        if self.ipython.ipython_display_formatter(value):
            return None, {}
        data, metadata = self.ipython.format(value, exclude={"text/plain"})
        return mathematics_in_words(data), metadata

    def set_precision(self, form: str) -> str:
        """Set how Python's floating point numbers are shown, and return the form: digits, a %-form, "" for as usual."""
        chosen = f"%.{int(form)}f" if form.isdigit() else form or "%r"
        if chosen % 1.0 is None:
            raise ValueError(form)
        self._precise = None if chosen == "%r" else chosen.__mod__
        self.plain.discard(float) if self._precise else self.plain.add(float)
        self.ipython.formatters["text/plain"].float_precision = form
        return chosen

    def _number(self, value: Any) -> str:
        return self._precise(value) if self._precise is not None and type(value) is float else plain_number(value)

    def _container(self, value: Any) -> Bundle:
        data = {"text/plain": str(self._pretty(value, max_seq_length=MAX_SEQUENCE))}
        return data | (typeset_container(value) if has_sympy(value) else {}), {}


def typeset_container(value: Any) -> dict[str, Any]:
    """Return the formula of a container of sympy's expressions."""
    from sympy import latex

    return {"text/latex": f"$\\displaystyle {latex(value)}$"}


def mathematics_in_words(data: dict[str, Any]) -> dict[str, Any]:
    """Return a bundle in which LaTeX that is prose with formulas has become what a page shows as such."""
    latex = data.get("text/latex")
    if not isinstance(latex, str):
        return data
    plain = str(data.get("text/plain", ""))
    told = latex if plain.startswith("<IPython.") or not plain else plain
    if is_formula(latex) or "$" not in latex:
        return {**data, "text/plain": told} if plain else data
    others = {mime: part for mime, part in data.items() if mime != "text/latex"}
    return {**others, "text/markdown": with_dollars(latex), "text/plain": told}


def long_containers(value: Any) -> bool:
    """Whether a value is a container with so many parts that only the bounded printer should meet it."""
    return type(value) in _CONTAINERS and len(value) > LONG


def plain_number(value: Any) -> str:
    """Return repr, or the reason why Python refuses to write an integer out."""
    try:
        return repr(value)
    except ValueError:
        return f"<an integer of about {int(value.bit_length() * math.log10(2)) + 1} digits>"


def has_sympy(value: Any) -> bool:
    """Whether a small list, tuple, set or dict holds a sympy expression at its first level."""
    # Nobody who has not imported it can hold an expression of it, and importing it takes longer than most cells.
    if "sympy" not in sys.modules or not 0 < len(value) <= MAX_TYPESET:
        return False
    from sympy import Basic, MatrixBase

    parts: Iterable[Any] = value.values() if isinstance(value, dict) else value
    return any(isinstance(part, (Basic, MatrixBase)) for part in parts)


def bounded_bundle(data: Mapping[str, Any], metadata: Mapping[str, Any]) -> Bundle:
    """Return a bundle in which every part is fit for the wire and none is too large."""
    parts = {str(mime): _fit(str(mime), value) for mime, value in data.items()}
    fit = {mime: part for mime, part in parts.items() if fits(mime, part)}
    size = sum(len(part) for part in fit.values() if isinstance(part, str))
    if size > MAX_BUNDLE:
        kinds = ", ".join(fit)
        text = bounded(str(fit.get("text/plain", "")), 2000)
        told = f"{text}\n(Not shown: {size} bytes of {kinds}. At most {MAX_BUNDLE} bytes are shown at once.)"
        return {"text/plain": told.strip()}, {}
    return dict(islice(fit.items(), MAX_MIME_TYPES)), _fit_metadata(metadata)


def _fit_metadata(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the worker takes of it, from the first entry on."""
    taken: dict[str, Any] = {}
    for key, value in metadata.items():
        if len(taken) < MAX_MIME_TYPES and is_metadata({**taken, key: value}):
            taken[key] = value
    return taken


def _fit(mime: str, value: Any) -> Any:
    if mime == "application/json":
        return fit_tree(value)
    if isinstance(value, bytes):
        return base64.b64encode(value).decode() if is_binary(mime) else value.decode("utf-8", "replace")
    if isinstance(value, str) and not is_binary(mime):
        limit = {"text/plain": MAX_TEXT, "text/latex": MAX_LATEX}.get(mime)
        # Half a formula is no formula: the plain text beside it is shown instead.
        if mime == "text/latex" and len(value) > MAX_LATEX:
            return MISSING
        return bounded(value, limit or max(len(value) * 4, 1))
    return value
