"""What a name stands for, as lists of completions show it: class, function, method, module, property, variable.

Sage's names need care. What it imports lazily must not be imported just to be listed, its methods are no plain
functions, and its rings and elements can be called although nobody takes them for functions.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterable
from typing import Any

_LAZY = "sage.misc.lazy_import"
# Things that can be called (`QQ(2)`, `f(1)`) and are mathematical objects all the same.
_OBJECTS = (("sage.structure.parent", "Parent"), ("sage.structure.element", "Element"))
# What jedi says beyond our own words.
_OF_JEDI = {"instance": "variable", "statement": "variable", "param": "variable", "path": "text", "namespace": "module"}


def kind_of(value: Any, name: str = "") -> str:
    """Return what a value is, by its name where it is imported only when it is used."""
    if type(value).__module__ == _LAZY:
        return "class" if name[:1].isupper() else "function"
    if isinstance(value, type):
        return "class"
    if inspect.ismodule(value):
        return "module"
    return "function" if callable(value) and not isinstance(value, tuple(_objects())) else "variable"


def kind_of_attribute(owner: Any, name: str) -> str:
    """Return what an attribute is, without running code of its own; what is made on demand may be anything."""
    try:
        value = inspect.getattr_static(owner, name)
    except AttributeError:
        return "variable"
    if inspect.ismodule(owner):
        return kind_of(value, name)
    if isinstance(value, (staticmethod, classmethod)):
        return "method"
    found = kind_of(value, name)
    if found == "function":
        return "method"
    return "property" if found == "variable" and hasattr(type(value), "__get__") else found


def kind_by_jedi(word: str) -> str:
    """Return our word for a kind of jedi's."""
    return _OF_JEDI.get(word, word)


def _objects() -> Iterable[type]:
    """Yield the classes of mathematical objects, if Sage is there."""
    for module, name in _OBJECTS:
        if found := getattr(sys.modules.get(module), name, None):
            yield found
