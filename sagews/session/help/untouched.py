"""What an object is and has, learned without running a line of anybody's code: for questions while a cell runs.

A thread asks here while the cell computes in another. Properties, `__getattr__`, `__dir__`, `__class__`, metaclasses
and reprs may be a person's own, may change what the cell works with, or are Sage's and bear no second thread: none is
called. Everything is read from the dictionaries of classes and instances, through Python's own slots.
"""

from __future__ import annotations

import builtins
import keyword
import re
from collections.abc import Iterable, Iterator, Mapping
from types import BuiltinFunctionType, FunctionType, GetSetDescriptorType, MethodType, ModuleType
from typing import Any

from sagews.session.help.completion import MAX_FOUND, Match, place_of

MISSING = object()
LAZY = "sage.misc.lazy_import"
# Names of one object or namespace that are looked at.
MOST = 20_000
_METHODS = (
    FunctionType,
    BuiltinFunctionType,
    MethodType,
    staticmethod,
    classmethod,
    type(list.append),
    type(int.__add__),
)
_order_of = type.__dict__["__mro__"].__get__
_names_of = type.__dict__["__dict__"].__get__
_name_of = type.__dict__["__name__"].__get__
_module_names = vars(ModuleType)["__dict__"].__get__
_word = re.compile(r"[^\W\d]\w+")


def complete(code: str, cursor: int, namespace: Mapping[str, Any]) -> tuple[int, int, list[Match]]:
    """Return where the word at the cursor begins and ends, and what could replace it; see `completion.complete`."""
    place = place_of(code, cursor)
    if place.importing or not (place.prefix or place.dotted):
        return place.start, cursor, []
    if place.dotted:
        owner = resolve(place.path, namespace) if place.path else MISSING
        found = () if owner is MISSING or is_lazy(owner) else _attributes(owner, place.prefix)
    else:
        found = _names(code, place.prefix, namespace)
    unique: dict[str, Match] = {}
    for match in found:
        unique.setdefault(match["text"], match)
    ordered = sorted(unique.values(), key=lambda match: (match["text"].startswith("_"), match["text"]))
    return place.start, cursor, ordered[:MAX_FOUND]


def resolve(path: str, namespace: Mapping[str, Any]) -> Any:
    """Return what a dotted name means, MISSING where only code could tell."""
    first, *rest = path.split(".")
    value = namespace.get(first, vars(builtins).get(first, MISSING))
    for name in rest:
        if value is MISSING or is_lazy(value):
            return MISSING
        value = attribute(value, name)
    return value


def attribute(owner: Any, name: str) -> Any:
    """Return an attribute, MISSING where there is none, or one that code of a class would give."""
    value = stored(owner, name)
    kind = type(value)
    if kind is staticmethod or kind is classmethod:
        return value.__func__
    if among(kind, _METHODS) or _is_of_cython(kind) or _own_names(owner).get(name, MISSING) is value:
        return value
    # What has `__get__` gives something else than itself: a property, a lazy attribute, a slot.
    return MISSING if _has(kind, "__get__") else value


def among(kind: type, kinds: Iterable[type]) -> bool:
    """Whether a class is one of these; `in` would ask metaclasses whether it equals them."""
    return any(each is kind for each in kinds)


def stored(owner: Any, name: str) -> Any:
    """Return what lies under a name as it is stored, a property as a property; MISSING where nothing does.

    `inspect.getattr_static` would ask metaclasses.
    """
    kind = type(owner)
    if among(type, _order_of(kind)):
        found = _in_classes(_order_of(owner), name)
        return found if found is not MISSING else _in_classes(_order_of(kind), name)
    of_class = _in_classes(_order_of(kind), name)
    own = _own_names(owner).get(name, MISSING)
    data = of_class is not MISSING and _has(type(of_class), "__set__")
    return of_class if own is MISSING or data else own


def _in_classes(classes: Iterable[type], name: str) -> Any:
    for each in classes:
        found = _names_of(each).get(name, MISSING)
        if found is not MISSING:
            return found
    return MISSING


def is_lazy(value: Any) -> bool:
    """Whether this stands for something of Sage that would be imported now."""
    return _module_of(type(value)) == LAZY


def kind_of(value: Any, name: str = "") -> str:
    """Return what a value is, as kinds.py says it."""
    kind = type(value)
    if is_lazy(value):
        return "class" if name[:1].isupper() else "function"
    order = _order_of(kind)
    if among(type, order):
        return "class"
    if among(ModuleType, order):
        return "module"
    return "function" if among(kind, _METHODS) or _is_of_cython(kind) else "variable"


def _attributes(owner: Any, prefix: str) -> Iterator[Match]:
    is_module = among(ModuleType, _order_of(type(owner)))
    for name, value in _reachable(owner):
        if _wanted(name, prefix):
            kind = kind_of(value, name)
            if not is_module:
                kind = "method" if kind == "function" else kind
                kind = "property" if kind == "variable" and _has(type(value), "__get__") else kind
            yield {"text": name, "kind": kind}


def _reachable(owner: Any) -> Iterator[tuple[Any, Any]]:
    """Yield names and what lies under them: of the object, then of its classes."""
    yield from list(_own_names(owner).items())[:MOST]
    kind = type(owner)
    classes = (*_order_of(owner), *_order_of(kind)) if among(type, _order_of(kind)) else _order_of(kind)
    for each in classes:
        yield from list(_names_of(each).items())[:MOST]


def _own_names(owner: Any) -> Mapping[Any, Any]:
    """Return an instance's own dictionary, an empty one where it has none or its class hides it."""
    kind = type(owner)
    if among(ModuleType, _order_of(kind)):
        return _module_names(owner)  # type: ignore[no-any-return]
    for each in _order_of(kind):
        found = _names_of(each).get("__dict__", MISSING)
        if found is not MISSING:
            plain = type(found) is GetSetDescriptorType and found.__objclass__ is each and each is not type
            own = found.__get__(owner) if plain else {}
            return own if type(own) is dict else {}
    return {}


def _names(code: str, prefix: str, namespace: Mapping[str, Any]) -> Iterator[Match]:
    for names in (dict(namespace), vars(builtins)):
        for name, value in names.items():
            if _wanted(name, prefix) and prefix.startswith("_") >= name.startswith("_"):
                yield {"text": name, "kind": kind_of(value, name)}
    for kind, words in (("keyword", keyword.kwlist), ("text", _word.findall(code))):
        yield from ({"text": name, "kind": kind} for name in words if name.startswith(prefix) and name != prefix)


def _wanted(name: Any, prefix: str) -> bool:
    # A subclass of str could answer with code of its own.
    fits = type(name) is str and name.startswith(prefix) and name.isidentifier() and len(name) <= 200
    return fits and (prefix.startswith("_") or not name.startswith("_"))


def _has(kind: type, name: str) -> bool:
    return any(name in _names_of(each) for each in _order_of(kind))


def _module_of(kind: type) -> str:
    found = _names_of(kind).get("__module__", "")
    return found if type(found) is str else ""


def is_cython(value: Any) -> bool:
    """Whether this is a function that Cython compiled."""
    return _is_of_cython(type(value))


def is_own(owner: Any, name: str) -> bool:
    """Whether an attribute lies in the object itself and not in its class."""
    return name in _own_names(owner)


def class_name(kind: type) -> str:
    """Return the name of a class, which its metaclass can't change."""
    return str(_name_of(kind))


def is_class(value: Any) -> bool:
    """Whether this is a class."""
    return among(type, _order_of(type(value)))


def _is_of_cython(kind: type) -> bool:
    # Their type belongs to no module that could be imported.
    return _module_of(kind).startswith("_cython_") or _name_of(kind) == "cython_function_or_method"
