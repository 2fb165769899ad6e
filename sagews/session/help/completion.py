"""What could stand at the cursor: attributes of objects that exist, names, and jedi for the rest.

Names that the session knows are looked up directly: it is fast, right for objects whose attributes are made at run
time, and touches few pages. jedi answers imports and expressions. Looking up attributes may run user
code, so the caller sets a deadline.
"""

from __future__ import annotations

import builtins
import keyword
import pkgutil
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sagews.session.help import receivers
from sagews.session.help.kinds import kind_by_jedi, kind_of, kind_of_attribute
from sagews.wire.session.checks import UNFIT

MAX_FOUND = 300
# A line that ends with a dot is half-written, and not the beginning of what the next line says.
_dotted = re.compile(r"((?:[^\W\d]\w*\s*\.[^\S\n]*)*)([^\W\d]\w*)?\Z")
_import = re.compile(r"\s*(from|import)\b")
_from_module = re.compile(r"\s*(?:from|import)\s+([\w.]+)(?:(?<=\.)\w*|\s+(import)\b[\w, (]*)\Z")
_word = re.compile(r"[^\W\d]\w+")
_missing = object()

Match = Mapping[str, str]


def as_python(source: str) -> str:
    """Return the source: the language of cells that are Python already."""
    return source


@dataclass(frozen=True, slots=True)
class Place:
    """What stands before a cursor: a word that begins at `start`, maybe behind a dot, maybe of an import.

    `path` is the dotted name before that dot, "" where no plain name stands there.
    """

    start: int
    line: str
    path: str
    prefix: str
    dotted: bool
    importing: bool


def place_of(code: str, cursor: int) -> Place:
    """Return what stands before the cursor, which counts code points."""
    before = code[:cursor]
    found = _dotted.search(before)
    path, prefix = (found.group(1), found.group(2) or "") if found else ("", "")
    start = cursor - len(prefix)
    line = before.rpartition("\n")[2]
    dotted = before[:start].rstrip(" \t").endswith(".")
    return Place(start, line, "".join(path.split()).rstrip("."), prefix, dotted, bool(_import.match(line)))


def complete(
    code: str, cursor: int, namespace: Mapping[str, Any], python: Callable[[str], str] = as_python
) -> tuple[int, int, list[Match]]:
    """Return where the word at the cursor begins and ends, and what could replace it.

    Args:
        code: the cell's text.
        cursor: in code points.
        namespace: the session's globals.
        python: the language of the cell to Python.
    """
    before, place = code[:cursor], place_of(code, cursor)
    start, prefix, dotted = place.start, place.prefix, place.dotted
    if place.importing:
        found = _importable(place.line, prefix) or _by_jedi(code, before, prefix, namespace)
        return start, cursor, _sorted(found, prefix)
    if not prefix and not dotted:
        return start, cursor, []
    target = resolve(place.path, namespace) if place.path else _missing
    if dotted and target is _missing:
        known, target = receivers.value_of(receivers.before_dot(before[:start].rstrip()[:-1]), namespace, python)
        target = target if known else _missing
    if target is not _missing:
        return start, cursor, _attributes(target, prefix)
    # Behind a dot no name of the session is meant. Elsewhere all names are known without jedi, which reads all of
    # Sage's before it says anything: pages ask while somebody types, also for words that nobody knows.
    found_names = _by_jedi(code, before, prefix, namespace) if dotted else _names(code, prefix, namespace)
    return start, cursor, _sorted(found_names, prefix)


def _importable(line: str, prefix: str) -> list[Match]:
    """Return modules of a package that is loaded, or names of a module that is: jedi would read all of Sage for it."""
    found = _from_module.match(line)
    module = sys.modules.get(found[1].rstrip(".")) if found else None
    if module is None:
        return []
    if found and found[2] is not None:
        return [
            {"text": name, "kind": kind_of_attribute(module, name)} for name in dir(module) if _wanted(name, prefix)
        ]
    inner = pkgutil.iter_modules(getattr(module, "__path__", ()))
    return [{"text": each.name, "kind": "module"} for each in inner if _wanted(each.name, prefix)]


def _wanted(name: str, prefix: str) -> bool:
    return name.startswith(prefix) and (prefix.startswith("_") or not name.startswith("_"))


def resolve(path: str, namespace: Mapping[str, Any]) -> Any:
    """Return the object that a dotted name means now; the module's `_missing` when there is none."""
    first, *rest = path.split(".")
    value = namespace.get(first, getattr(builtins, first, _missing))
    for name in rest:
        try:
            value = getattr(value, name)
        except Exception:
            # An attribute's own code may raise anything; then there is nothing to complete.
            return _missing
    return value


def exists(value: Any) -> bool:
    """Whether `resolve` found something."""
    return value is not _missing


def _attributes(target: Any, prefix: str) -> list[Match]:
    try:
        names = [name for name in dir(target) if isinstance(name, str) and name.startswith(prefix)]
    except Exception:
        # A broken __dir__ is no reason to fail.
        return []
    wanted = [name for name in names if prefix.startswith("_") or not name.startswith("_")]
    return _sorted(({"text": name, "kind": kind_of_attribute(target, name)} for name in wanted[:MAX_FOUND]), prefix)


def _names(code: str, prefix: str, namespace: Mapping[str, Any]) -> Iterator[Match]:
    """Yield names of the session, of the language, and words of the cell."""
    known = {**vars(builtins), **namespace}
    for name, value in known.items():
        if name.startswith(prefix) and prefix.startswith("_") >= name.startswith("_"):
            yield {"text": name, "kind": kind_of(value, name)}
    for kind, words in (("keyword", keyword.kwlist), ("text", _word.findall(code))):
        yield from ({"text": name, "kind": kind} for name in words if name.startswith(prefix) and name != prefix)


def _by_jedi(code: str, before: str, prefix: str, namespace: Mapping[str, Any]) -> list[Match]:
    import jedi

    line, column = before.count("\n") + 1, len(before.rpartition("\n")[2])
    try:
        found = jedi.Interpreter(code, [dict(namespace)]).complete(line, column)
    except Exception:
        # jedi fails on some half-written code; names were found without it.
        return []
    hidden = not prefix.startswith("_")
    named = [each for each in found[: 4 * MAX_FOUND] if not (hidden and each.name.startswith("_"))]
    return [{"text": each.name_with_symbols, "kind": kind_by_jedi(each.type)} for each in named[:MAX_FOUND]]


def _sorted(matches: Iterable[Match], prefix: str) -> list[Match]:
    unique: dict[str, Match] = {}
    for match in matches:
        if match["text"].startswith(prefix) and len(match["text"]) <= 200 and not UNFIT.search(match["text"]):
            unique.setdefault(match["text"], match)
    return sorted(unique.values(), key=lambda match: (match["text"].startswith("_"), match["text"]))[:MAX_FOUND]
