"""Names and attributes that are not there: what is spelled nearly so, a symbol to be declared, a product."""

from __future__ import annotations

import builtins
import difflib
import re
from collections.abc import Iterable, Iterator
from types import ModuleType
from typing import Any

from sagews.session.hints.table import Failed, Hint, advises

_symbol = re.compile(
    r"(?:[A-Za-z]|alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|mu|nu|xi|rho|sigma|tau|phi|chi|psi|omega"
    r"|Gamma|Delta|Theta|Lambda|Xi|Sigma|Phi|Psi|Omega)(?:_?\d{1,3})?"
)
_prompt = re.compile(r"[ \t]*(sage:|>>>|In ?\[\d*\]:)[ \t]")
# Above these lines nothing may be put: they say in what language the others are.
_head = re.compile(r"[ \t]*(?:#.*|%.*)?")
CLOSE = 0.75
MOST_COMPARED = 20_000
SHORTEST = 3
LETTERS = range(2, 5)


@advises(NameError)
def undefined(failed: Failed) -> Iterator[Hint | None]:
    """Say what a name that is not defined may have been meant to be."""
    name = getattr(failed.exception, "name", None)
    if type(failed.exception) is not NameError or not isinstance(name, str) or not name.isidentifier():
        return
    if failed.language == "sage" and _symbol.fullmatch(name) and callable(failed.names.get("var")):
        yield declared(failed, name)
    if name.isascii() and len(name) in LETTERS and all(_is_value(failed.names.get(letter)) for letter in name):
        product = "*".join(name)
        yield failed.changed(
            f"For a product write {product}.", f"Write {product}", _replaced(failed.text, name, product)
        )
    for other in nearly(name, [*failed.names, *vars(builtins)]):
        yield failed.changed(f"Did you mean {other}?", f"Use {other}", _replaced(failed.text, name, other))


@advises(AttributeError)
def missing_attribute(failed: Failed) -> Iterator[Hint | None]:
    """Say which attribute with nearly that name an object has."""
    name, owner = getattr(failed.exception, "name", None), getattr(failed.exception, "obj", None)
    if not isinstance(name, str) or not name.isidentifier() or owner is None:
        return
    for other in nearly(name, attributes_of(owner)):
        after = re.sub(rf"\.\s*{re.escape(name)}\b", f".{other}", failed.text)
        yield failed.changed(f"Did you mean .{other}?", f"Use .{other}", after) or Hint(f"Did you mean .{other}?")


def declared(failed: Failed, name: str) -> Hint:
    """Return the hint that a symbol is declared before it is used."""
    lines = failed.source.split("\n")
    first = next((number for number, line in enumerate(lines, 1) if not _head.fullmatch(line)), 1)
    prompt = _prompt.match(lines[first - 1])
    line = f"{prompt[1]} " if prompt else ""
    line += f"var('{name}')"
    return Hint(f"To use {name} as a symbol, declare it first.", f"Add var('{name}')", first, None, line)


def nearly(name: str, known: Iterable[str]) -> list[str]:
    """Return at most two known names that are written nearly like a name, best first; private ones are left out."""
    if len(name) < SHORTEST:
        return []
    lowered = name.lower()
    near = [
        each
        for _, each in zip(range(MOST_COMPARED), known, strict=False)
        if each.isidentifier() and not each.startswith("_") and abs(len(each) - len(name)) <= max(1, len(name) // 4)
    ]
    same = [each for each in near if each.lower() == lowered and each != name]
    return same[:1] or difflib.get_close_matches(name, near, 2, CLOSE)


def attributes_of(owner: Any) -> list[str]:
    """Return the names of attributes without asking the object itself, whose own code may do anything."""
    if isinstance(owner, ModuleType):
        return [name for name in vars(owner) if isinstance(name, str)]
    kinds = type.mro(owner) if isinstance(owner, type) else type(owner).__mro__
    try:
        own = list(object.__getattribute__(owner, "__dict__"))
    except AttributeError:
        own = []
    names = [name for kind in kinds for name in vars(kind)]
    return list(dict.fromkeys(name for name in [*own, *names] if isinstance(name, str)))


def _is_value(value: Any) -> bool:
    return value is not None and not isinstance(value, (type, ModuleType)) and not hasattr(type(value), "__get__")


def _replaced(text: str, name: str, other: str) -> str:
    return re.sub(rf"(?<![\w.]){re.escape(name)}\b", other, text)
