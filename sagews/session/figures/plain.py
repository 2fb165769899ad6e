"""From values of Sage, numpy and pandas to those that JSON has: browsers that draw figures know no others."""

from __future__ import annotations

import math
import numbers
import sys
from typing import Any

_MISSING = ("NAType", "NaTType")


def is_sage(value: Any) -> bool:
    """Whether a value is an object of Sage."""
    return type(value).__module__.startswith("sage.")


def number(value: Any) -> Any:
    """Return a number of Sage as Python's own, its vectors as lists, and everything else as it is."""
    if not is_sage(value):
        return value
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real) or _is_constant(value):
        return float(value)
    if hasattr(value, "parent") and not callable(value) and hasattr(value, "list") and hasattr(value, "degree"):
        return [number(each) for each in value.list()]
    return value


def _is_constant(value: Any) -> bool:
    """Whether a symbolic expression is a real number: `pi`, `sqrt(2)`."""
    is_constant = getattr(value, "is_constant", None)
    if type(value).__name__ != "Expression" or is_constant is None:
        return False
    try:
        float(value)
    except (TypeError, ValueError):
        return False
    return True


def plain(value: Any) -> Any:
    """Return a value of which JSON can be made: nothing where pandas has nothing or a number is not finite.

    Raises:
        TypeError: for what is no data.
    """
    value = number(value)
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, dict):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return _of_libraries(value)


def _of_libraries(value: Any) -> Any:
    if type(value).__name__ in _MISSING:
        return None
    numpy = sys.modules.get("numpy")
    if numpy is not None and isinstance(value, (numpy.generic, numpy.ndarray)):
        return plain(value.tolist())
    if hasattr(value, "isoformat"):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} is nothing that a figure can show: {str(value)[:100]}")
