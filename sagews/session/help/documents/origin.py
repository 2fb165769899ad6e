"""Where something was written: its file, its source text, and the line where that begins."""

from __future__ import annotations

import inspect
import sys
from typing import Any

from sagews.session.evaluation.sources import cell_of


def file_of(target: Any) -> str:
    """Return the file, "cell" and its id for what a cell wrote, "" where nobody knows."""
    try:
        file = _of_sage("sage_getfile", target) or inspect.getfile(_with_source(target))
    except Exception:
        # Sage's inspection looks at the object itself, whose code may raise anything.
        return ""
    cell = cell_of(file)
    return f"cell {cell}" if cell else file


def source_of(target: Any) -> tuple[str, int]:
    """Return the source and the line where it begins, counted from 1; ("", 0) where there is none."""
    try:
        found = _of_sage("sage_getsourcelines", target) or inspect.getsourcelines(_with_source(target))
        lines, first = found
        return "".join(lines), max(int(first), 1)
    except Exception:
        # Built into the interpreter, or its file is gone.
        return "", 0


def _of_sage(question: str, target: Any) -> Any:
    inspection = sys.modules.get("sage.misc.sageinspect")
    return getattr(inspection, question)(target) if inspection is not None else None


def _with_source(target: Any) -> Any:
    """What has source text: the object itself where it can have some, else its class."""
    routine = inspect.isroutine(target) or inspect.isclass(target) or inspect.ismodule(target)
    return target if routine else type(target)
