"""From a value to a MIME bundle, and from display() to a frame.

Exact builtin types take a short way; everything else goes through IPython's formatters, used as a library, so that
`_repr_html_` and friends, sympy and pandas work as people know them. Sage objects are handled by sage_display.py, which
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

from sagews.session.evaluation.tracebacks import bounded
from sagews.wire.session.checks import BINARY, MAX_MIME_TYPES, fits

Bundle = tuple[dict[str, Any], dict[str, Any]]
Formatter = Callable[[Any], "Bundle | None"]

MAX_TEXT = 64 * 1024
# A page sets it in one go, so a matrix of a thousand rows would hold it up; its plain text says as much.
MAX_LATEX = 20_000
# A frame has room for this and some metadata (MAX_FRAME in output.py); what is more is told in words here, where its
# plain text is at hand.
MAX_BUNDLE = 3 * 1024 * 1024
MAX_TYPESET = 100
MISSING = object()
_PLAIN: frozenset[type] = frozenset({int, float, complex, bool, bytes, Fraction, type(...), type(NotImplemented)})
_CONTAINERS = (list, tuple, set, frozenset, dict)


class Formatters:
    """All ways to show a value. One object lives in the zygote and is shared by its sessions.

    Attributes:
        special: tried first, in order; each returns a bundle or None.
        plain: exact types whose repr is ASCII and all there is to show, so that nothing has to be checked.
    """

    def __init__(self) -> None:
        from IPython.core.formatters import DisplayFormatter
        from IPython.lib.pretty import pretty

        self._ipython = DisplayFormatter()
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
            return {"text/plain": plain_number(value)}, {}
        # Before IPython: a Sage object has a repr of its own, so IPython would be content with that.
        for special in self.special:
            if (found := special(value)) is not None:
                return found
        if kind is str:
            return {"text/plain": repr(value[:MAX_TEXT]) if len(value) > MAX_TEXT else repr(value)}, {}
        if kind in _CONTAINERS:
            return self._container(value)
        data, metadata = self._ipython.format(value)
        if not data:
            data = {"text/plain": f"<{kind.__module__}.{kind.__qualname__} object; its repr failed>"}
        return data, metadata

    def _container(self, value: Any) -> Bundle:
        data = {"text/plain": str(self._pretty(value, max_seq_length=1000))}
        if has_sympy(value):
            from sympy import latex

            data["text/latex"] = f"$\\displaystyle {latex(value)}$"
        return data, {}


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
    told_more = {key: value for key, value in metadata.items() if fits("application/json", {key: value})}
    return dict(islice(fit.items(), MAX_MIME_TYPES)), dict(islice(told_more.items(), MAX_MIME_TYPES))


def _fit(mime: str, value: Any) -> Any:
    if isinstance(value, bytes):
        return base64.b64encode(value).decode() if mime in BINARY else value.decode("utf-8", "replace")
    if isinstance(value, str) and mime not in BINARY:
        limit = {"text/plain": MAX_TEXT, "text/latex": MAX_LATEX}.get(mime)
        # Half a formula is no formula: the plain text beside it is shown instead.
        if mime == "text/latex" and len(value) > MAX_LATEX:
            return MISSING
        return bounded(value, limit or max(len(value) * 4, 1))
    return value
