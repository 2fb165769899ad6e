"""What `name?` and `name??` show: signature, docstring, source. Also the help at a page's cursor."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Mapping
from typing import Any

from sagews.session.evaluation.tracebacks import bounded
from sagews.session.help import signatures, untouched
from sagews.session.help.completion import exists, resolve
from sagews.session.help.documents import origin
from sagews.session.help.documents.form import Facts, form_of, written_plainly
from sagews.session.help.documents.preparing import prepared

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


def describe(name: str, detail: int, namespace: Mapping[str, Any]) -> dict[str, str] | None:
    """Return what a name means now, by MIME type, or None when it means nothing.

    Args:
        name: dotted.
        detail: 0 for signature and docstring, 1 for the source in place of the docstring.
        namespace: the session's globals.
    """
    target = resolve(name.rstrip("."), namespace) if name else None
    if not name or not exists(target):
        return None
    facts = _facts(name, target)
    text = prepared(document(target))
    source, line = origin.source_of(target) if detail else ("", 0)
    source = bounded(source, MAX_TEXT)
    plain = "\n\n".join(part for part in (written_plainly(facts), f"Source:\n{source}" if source else text) if part)
    rich = form_of({**facts, "line": line, "source": source}, "" if source else text)
    return {"text/plain": bounded(plain, MAX_TEXT), **rich}


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


def _facts(name: str, target: Any) -> Facts:
    found = signature(target)
    return {
        "name": name,
        "signature": f"{name.rpartition('.')[2]}{_written(found)}" if found else "",
        "type": type(target).__name__,
        "value": "" if callable(target) else _short(target),
        "file": origin.file_of(target),
    }


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
    """Return a docstring as it was written, "" where there is none; code of the object may run."""
    try:
        if "sage.misc.sageinspect" in sys.modules:
            return str(sys.modules["sage.misc.sageinspect"].sage_getdoc_original(target) or "")
        return inspect.getdoc(target) or ""
    except Exception:
        # A __doc__ that raises is as good as none.
        return ""


def _short(target: Any) -> str:
    try:
        return bounded(repr(target), 400)
    except Exception:
        # Its repr is user code.
        return "?"
