"""What `name?` and `name??` show: signature, docstring, source. Also the help at a page's cursor."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from typing import Any

from sagews.session.evaluation.sources import cell_of
from sagews.session.evaluation.tracebacks import bounded
from sagews.session.help import signatures, untouched
from sagews.session.help.completion import exists, resolve

MAX_TEXT = 48 * 1024
# What a question asks for: signature and docstring, the source, or the signature of the call at the cursor alone.
DOCUMENT, SOURCE, SIGNATURE = range(3)
QUESTION = re.compile(r"\s*(?:(\?{1,2})\s*([^\W\d][\w.]*)|([^\W\d][\w.]*)\s*(\?{1,2}))\s*;?\s*\Z")
_name_before = re.compile(r"[^\W\d][\w.]*\Z")
_name_after = re.compile(r"\w*")
_open_call = re.compile(r"([^\W\d][\w.]*)\s*\([^()]*\Z")


def question(line: str) -> tuple[str, int] | None:
    """Return (name, detail) when a line asks for help as `name?`, `name??`, `?name` or `??name`."""
    found = QUESTION.match(line)
    if found is None:
        return None
    marks, name = found.group(1) or found.group(4), found.group(2) or found.group(3)
    return name, len(marks) - 1


def name_at(code: str, cursor: int) -> str:
    """Return the dotted name at the cursor, else that of the call around it, else ""."""
    before = code[:cursor]
    if found := _name_before.search(before):
        after = _name_after.match(code[cursor:])
        return found.group() + (after.group() if after else "")
    call = _open_call.search(before)
    return call.group(1) if call else ""


def describe(name: str, detail: int, namespace: Mapping[str, Any]) -> str | None:
    """Return text about what a name means now, or None when it means nothing.

    Args:
        name: dotted.
        detail: 0 for signature and docstring, 1 for the source as well.
        namespace: the session's globals.
    """
    target = resolve(name.rstrip("."), namespace) if name else None
    if not name or not exists(target):
        return None
    parts = [_head(name, target), document(target)]
    if detail:
        parts[1] = _source(target) or parts[1]
    return bounded("\n\n".join(part for part in parts if part), MAX_TEXT)


def describe_untouched(name: str, namespace: Mapping[str, Any]) -> str:
    """Return what can be said of a name without running anybody's code, "" where that is nothing."""
    target = untouched.resolve(name.rstrip("."), namespace) if name else untouched.MISSING
    if target is untouched.MISSING or untouched.is_lazy(target):
        return ""
    signature = signatures.signature_of(target)
    last = name.rpartition(".")[2]
    head = f"Signature: {last}{signatures.written(signature)}\n" if signature else ""
    kind = untouched.class_name(type(target))
    return bounded(f"{head}Type: {kind}\n\n{inspect.cleandoc(signatures.document_of(target))}".strip(), MAX_TEXT)


def _head(name: str, target: Any) -> str:
    lines = []
    if found := signature(target):
        lines.append(f"Signature: {name.rpartition('.')[2]}{_written(found)}")
    lines.append(f"Type: {type(target).__name__}")
    if not callable(target):
        lines.append(f"Value: {_short(target)}")
    if file := _file(target):
        lines.append(f"Defined in: {file}")
    return "\n".join(lines)


def _written(found: inspect.Signature) -> str:
    try:
        return str(found)
    except Exception:
        # The reprs of defaults are user code.
        return signatures.written(found)


def signature(target: Any) -> inspect.Signature | None:
    """Return what a callable takes, None where nobody knows; code of the object may run."""
    if not callable(target):
        return None
    try:
        if "sage.misc.sageinspect" in sys.modules:
            return sys.modules["sage.misc.sageinspect"].sage_signature(target)  # type: ignore[no-any-return]
    except Exception:
        # Sage's inspection guesses from source text, and Python's own may still know.
        return _python_signature(target)
    return _python_signature(target)


def _python_signature(target: Any) -> inspect.Signature | None:
    try:
        return inspect.signature(target)
    except (TypeError, ValueError):
        return None


def document(target: Any) -> str:
    """Return a docstring, "" where there is none; code of the object may run."""
    try:
        if "sage.misc.sageinspect" in sys.modules:
            return str(sys.modules["sage.misc.sageinspect"].sage_getdoc(target)).strip("\n")
        return inspect.getdoc(target) or ""
    except Exception:
        # A __doc__ that raises is as good as none.
        return ""


def _source(target: Any) -> str:
    try:
        if "sage.misc.sageinspect" in sys.modules:
            found = sys.modules["sage.misc.sageinspect"].sage_getsource(target)
            return f"Source:\n{found}" if found else ""
        return f"Source:\n{inspect.getsource(_with_source(target))}"
    except Exception:
        # Built into the interpreter, or its file is gone.
        return ""


def _with_source(target: Any) -> Any:
    """What has source text: the object itself where it can have some, else its class."""
    routine = inspect.isroutine(target) or inspect.isclass(target) or inspect.ismodule(target)
    return target if routine else type(target)


def _file(target: Any) -> str:
    try:
        file = inspect.getfile(_with_source(target))
    except (TypeError, OSError):
        return ""
    cell = cell_of(file)
    return f"cell {cell}" if cell else file


def _short(target: Any) -> str:
    try:
        return bounded(repr(target), 400)
    except Exception:
        # Its repr is user code.
        return "?"
