"""The table of magics, by name: what may stand behind `%` in a line and at the top of a cell.

A module beside this one enters its magics with the decorators below when it is imported; nothing else has to know of
it. There are four kinds, and a name may have several of them:

| kind | written | gets |
| --- | --- | --- |
| line | `%name rest`, as a statement or to the right of `=` | the rest of its line; its value is the line's |
| mode | `%name` or `%%name` at the top of a cell | all the text of the cell, as it was written |
| block | `%%name rest` at the top of a cell | the rest of its line, and the text below it |
| around | `%%name rest`, or `%name` alone on its line | the rest; it is a context around what is below |

Languages, modes and contexts may stand one below the other (evaluation/modes.py).
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from typing import Any, TypeVar

PACKAGE = "sagews.session.magics"
LANGUAGES = ("python", "sage")
"""Not magics but languages: the text of the cell goes through the preparser or not."""
DIRECTIVES = ("hide", "hideall", "auto")
"""Said to the page, which folds the cell or runs it when it is opened; the session goes on below."""

# The first argument is the session's shell (shell.py), which looks things up here and so can't be imported.
Line = Callable[[Any, str], Any]
Mode = Callable[[Any, str], Any]
Block = Callable[[Any, str, str], Any]
Around = Callable[[Any, str], AbstractContextManager[Any]]
_Magic = TypeVar("_Magic", bound=Callable[..., Any])


class Printed(str):
    """Text that a mode returns as its output: it is printed, where any other text is shown."""

    __slots__ = ()


class UnknownMagic(Exception):
    """A `%` line names nothing that can be applied to text."""


_lines: dict[str, Line] = {}
_modes: dict[str, Mode] = {}
_blocks: dict[str, Block] = {}
_arounds: dict[str, Around] = {}
_finders: list[Callable[[Any, str], Mode | None]] = []
_found: set[str] = set()
_valued: list[Callable[[Any], Mode | None]] = []


def line(*names: str) -> Callable[[_Magic], _Magic]:
    """Enter a function (shell, rest of the line) as a line magic."""
    return _enter(_lines, names)


def mode(*names: str) -> Callable[[_Magic], _Magic]:
    """Enter a function (shell, text) that a whole cell may be given to."""
    return _enter(_modes, names)


def block(*names: str) -> Callable[[_Magic], _Magic]:
    """Enter a function (shell, rest of the line, text below it)."""
    return _enter(_blocks, names)


def around(*names: str) -> Callable[[_Magic], _Magic]:
    """Enter a function (shell, rest of the line) that returns a context manager for the code of a cell."""
    return _enter(_arounds, names)


def finder(*names: str) -> Callable[[_Magic], _Magic]:
    """Enter a function (shell, name) that knows modes which are not entered by name.

    Args:
        names: those that are told to whoever asks which modes there are.
    """

    def entered(find: _Magic) -> _Magic:
        _finders.append(find)
        _found.update(names)
        return find

    return entered


def valued(find: Callable[[Any], Mode | None]) -> Callable[[Any], Mode | None]:
    """Enter a function that knows what a value does as a mode."""
    _valued.append(find)
    return find


def mode_of(value: Any) -> Mode | None:
    """Return what a value of the session does as a mode."""
    return next((mode for find in _valued if (mode := find(value)) is not None), None)


def is_own(name: str) -> bool:
    """Whether the name is entered in these tables, or told by a finder."""
    return name in _modes or name in _arounds or name in _found or name in DIRECTIVES


def _enter(table: dict[str, Any], names: tuple[str, ...]) -> Callable[[_Magic], _Magic]:
    def entered(magic: _Magic) -> _Magic:
        for name in names:
            if name in table:
                raise ValueError(f"there are two magics of one kind called %{name}")
            table[name] = magic
        return magic

    return entered


def find_line(name: str) -> Line | None:
    """Return the line magic of this name."""
    return _lines.get(name)


def find_mode(shell: Any, name: str) -> Mode | None:
    """Return the mode of this name, also one that a finder knows."""
    known = _modes.get(name)
    return known or next((mode for find in _finders if (mode := find(shell, name)) is not None), None)


def find_block(name: str) -> Block | None:
    """Return the block magic of this name."""
    return _blocks.get(name)


def find_around(name: str) -> Around | None:
    """Return the context of this name."""
    return _arounds.get(name)


def names() -> Mapping[str, list[str]]:
    """Return the names of line magics, and of those that stand at the top of a cell."""
    cell = {*_modes, *_blocks, *_arounds, *_found, *DIRECTIVES, *LANGUAGES, "default_mode"}
    return {"line": sorted(_lines), "cell": sorted(cell)}


def load() -> None:
    """Import every group of magics, in the zygote."""
    package = importlib.import_module(PACKAGE)
    for module in pkgutil.iter_modules(package.__path__, f"{PACKAGE}."):
        importlib.import_module(module.name)
