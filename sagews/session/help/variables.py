"""What the cells have made so far: names with the type, the extent and the value of each, for the page's list.

Printing a value is a person's own code in part, so the caller sets a deadline, and what is large is not printed whole:
of a container its beginning says enough.
"""

from __future__ import annotations

import reprlib
import types
from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from sagews.wire.session.checks import UNFIT
from sagews.wire.session.variables import MAX_TYPE, MAX_VALUE, MAX_VARIABLES, Variable

# What people make and do not look for in a list of values.
_NO_VALUES = (types.ModuleType,)
_SIZED = (list, tuple, dict, set, frozenset, str, bytes, bytearray, range)
_LONG = 1000
UNTOLD = "…"
_short = reprlib.Repr()
_short.maxstring = _short.maxother = MAX_VALUE
_short.maxlist = _short.maxtuple = _short.maxset = _short.maxfrozenset = _short.maxdict = 20


def own_names(now: Mapping[str, Any], before: Mapping[str, Any]) -> Iterator[str]:
    """Yield the names that cells made or changed, in the order in which they were made.

    Args:
        now: the session's globals.
        before: what they were when it began.
    """
    for name, value in now.items():
        if name.startswith("_") or name in ("In", "Out"):
            continue
        if name not in before or before[name] is not value:
            yield name


def listing(now: Mapping[str, Any], before: Mapping[str, Any]) -> tuple[list[Variable], int]:
    """Return the variables, at most MAX_VARIABLES of them, and how many more there are."""
    found = [name for name in own_names(now, before) if not isinstance(now[name], _NO_VALUES) and name.isidentifier()]
    shown: list[Variable] = []
    late = False
    for name in islice(found, MAX_VARIABLES):
        try:
            told = UNTOLD if late else _told(now[name])
        except KeyboardInterrupt:
            # The deadline: one value that takes too long must not hide the others.
            told, late = UNTOLD, True
        shown.append(_variable(name, now[name], told))
    return shown, len(found) - len(shown)


def _variable(name: str, value: object, told: str) -> Variable:
    kind = type(value).__name__
    return {
        "name": name[:MAX_TYPE],
        "kind": UNFIT.sub("\ufffd", kind)[:MAX_TYPE],
        "extent": _extent(value)[:MAX_TYPE],
        "value": told,
    }


def _extent(value: object) -> str:
    """Say how large something is, in its own measure; nothing where only its own code could tell."""
    if type(value) in _SIZED:
        return str(len(value))  # type: ignore[arg-type]
    module = type(value).__module__
    try:
        if module.startswith("sage.matrix."):
            return f"{value.nrows()}\u2009×\u2009{value.ncols()}"  # type: ignore[attr-defined]
        if module.split(".")[0] in ("numpy", "pandas", "polars", "scipy"):
            return "\u2009×\u2009".join(str(int(each)) for each in value.shape)  # type: ignore[attr-defined]
    except Exception:
        # An object that only looks like one of these.
        return ""
    return ""


def _told(value: object) -> str:
    try:
        if isinstance(value, types.FunctionType):
            # Its place in memory tells nobody anything.
            code = value.__code__
            told = f"{value.__name__}({', '.join(code.co_varnames[: code.co_argcount])})"
        elif isinstance(value, _SIZED) and len(value) > _LONG:
            told = _short.repr(value)
        else:
            told = repr(value)
    except Exception as error:
        told = f"({type(error).__name__} in its repr)"
    told = UNFIT.sub("\ufffd", " ".join(str(told[: 4 * MAX_VALUE]).split()))
    return told if len(told) <= MAX_VALUE else f"{told[: MAX_VALUE - 1]}…"
