"""Which of Sage's values are typeset, and how long that may take.

Every Sage object answers `latex()`, and some answer only after minutes: a group computes its generators, a crystal
draws itself. A value's text is what was asked for; its formula is a courtesy. So only kinds whose LaTeX costs about as
much as their text are asked, only while they are small, and never for longer than a moment.
"""

from __future__ import annotations

import contextlib
import io
import re
import signal
import time
import warnings
from collections.abc import Iterable
from typing import Any

from cysignals.signals import AlarmInterrupt
from sage.matrix.matrix_space import MatrixSpace
from sage.misc.latex import latex
from sage.modules.free_module import FreeModule_generic
from sage.rings.ideal import Ideal_generic
from sage.rings.ring import Ring
from sage.structure.element import Matrix, ModuleElement, RingElement
from sage.structure.factorization import Factorization
from sage.structure.sequence import Sequence_generic

SECONDS = 0.5
MAX_TEXT = 4000
MAX_ENTRIES = 900
MAX_ITEMS = 100
_CONTAINERS = (list, tuple, set, frozenset, dict)
_PYTHON = (int, str, float, bool, complex, type(None))
# Kinds by class, and by where a class comes from: curves and their points have no class in common that is theirs alone.
_ELEMENTS = (RingElement, ModuleElement, Factorization, Ideal_generic)
_PARENTS = (Ring, FreeModule_generic, MatrixSpace)
_PLACES = ("sage.schemes.elliptic_curves.", "sage.functions.", "sage.symbolic.", "sage.manifolds.differentiable.")
_PARENT_PLACES = ("sage.rings.", "sage.symbolic.", "sage.modules.", "sage.matrix.")
# Their elements are words, tableaux, paths: LaTeX draws those, which the page's mathematics can't.
_DRAWN = (
    "sage.combinat.",
    "sage.graphs.",
    "sage.plot.",
    "sage.repl.",
    "sage.groups.",
    "sage.interfaces.",
    "sage.geometry.",
)
_SET = ("sage.combinat.sf.", "sage.combinat.root_system.")
# What KaTeX can't set, and Sage's way to say that an object has no LaTeX of its own.
_UNSUITABLE = re.compile(r"\\(texttt|verb|def|multicolumn|begin\{(tikzpicture|tabular|verbatim)\}|newcommand)")
_NUMERIC = re.compile(r"[\d\s.,+\-()\[\]{}:?e]*")
_MACRO = r"\newcommand{\Bold}[1]{\mathbf{#1}}"
_known: dict[type, bool] = {}


def formula(obj: Any, plain: str) -> str | None:
    """Return a value as LaTeX between dollars, or None where plain text says it as well, better, or sooner.

    Args:
        obj: the value.
        plain: its text.
    """
    if len(plain) > MAX_TEXT or not _cheap(obj):
        return None
    # A number in a formula's letters says no more and can't be copied; a matrix of numbers gains by its brackets.
    if _NUMERIC.fullmatch(plain) and not hasattr(obj, "nrows"):
        return None
    text = _within_time(obj)
    if text is None:
        return None
    text = without_macros(text)
    return None if _UNSUITABLE.search(text) else f"$\\displaystyle {text}$"


def without_macros(text: str) -> str:
    """Return LaTeX without the macro that Sage defines in every formula: a page refuses to define a name again."""
    return text.replace(_MACRO, "").replace("\\Bold{", "\\mathbf{")


def _cheap(obj: Any, depth: int = 0) -> bool:
    if isinstance(obj, Matrix):
        # Larger ones have a short text, and a formula that nobody could read.
        return int(obj.nrows()) * int(obj.ncols()) <= MAX_ENTRIES
    kind = type(obj)
    if kind in _CONTAINERS or issubclass(kind, Sequence_generic):
        return depth < 2 and 0 < len(obj) <= MAX_ITEMS and _all_cheap(obj, depth + 1)
    if depth and kind in _PYTHON:
        return True
    known = _known.get(kind)
    if known is None:
        known = _known[kind] = _cheap_kind(kind)
    return known


def _all_cheap(container: Any, depth: int) -> bool:
    parts: Iterable[Any] = [*container, *container.values()] if isinstance(container, dict) else container
    parts = list(parts)
    # Python's own numbers and texts alone are no mathematics.
    return all(_cheap(part, depth) for part in parts) and any(type(part) not in _PYTHON for part in parts)


def _cheap_kind(kind: type) -> bool:
    place = kind.__module__
    if place.startswith(_DRAWN) and not place.startswith(_SET):
        return False
    if issubclass(kind, _PARENTS):
        return place.startswith(_PARENT_PLACES)
    return issubclass(kind, _ELEMENTS) or (place.startswith(_PLACES) and not issubclass(kind, type))


def _within_time(obj: Any) -> str | None:
    """Return LaTeX, or None when there is none in time; what its making prints and warns of is nobody's business."""
    left, begun = signal.getitimer(signal.ITIMER_REAL)[0], time.monotonic()
    # An alarm that the cell set itself, and that rings sooner, rings for the cell.
    if left and left <= SECONDS:
        return None
    try:
        signal.setitimer(signal.ITIMER_REAL, SECONDS)
        try:
            with warnings.catch_warnings(), contextlib.redirect_stdout(io.StringIO()):
                warnings.simplefilter("ignore")
                return str(latex(obj))
        finally:
            rest = max(left - (time.monotonic() - begun), 0.001) if left else 0
            signal.setitimer(signal.ITIMER_REAL, rest)
    except (Exception, AlarmInterrupt):
        # An object that can't be typeset is shown as text; that is no fault of the cell.
        return None
