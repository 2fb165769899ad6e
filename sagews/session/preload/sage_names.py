"""Names that every Sage cell has and that are ours: where Sage's own would want a terminal, or forget the session's.

They are put into `sage.all` itself, so that `from sage.all import *`, `restore()` and `reset()` give them too.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from types import ModuleType
from typing import Any

from sagews.session.evaluation import preparser

_original: dict[str, Callable[..., Any]] = {}


def install(sage_all: ModuleType, others: dict[str, Any]) -> None:
    """Put our names in place of Sage's.

    Args:
        sage_all: the module `sage.all`.
        others: more names, from packages that know how values are shown.
    """
    names = vars(sage_all)
    _original.update({"reset": names["reset"], "restore": names["restore"]})
    names.update({"sleep": sleep, "reset": reset, "restore": restore, "preparser": preparser.switch, **others})


def sleep(seconds: Any, /) -> None:
    """Wait for some seconds, which may be any number of Sage's."""
    time.sleep(float(seconds))


def reset(vars: Any = None, attached: bool = False) -> None:
    """Give every name of Sage its first value and forget all others, or only those that are named."""
    _keeping_the_module("reset", vars, attached)


def restore(vars: Any = None) -> None:
    """Give the names of Sage, or only some, their first values."""
    _keeping_the_module("restore", vars)


def _keeping_the_module(name: str, *arguments: Any) -> None:
    """Let Sage's function at the session's names, which it takes from its caller's frame, and mend what it breaks.

    It copies all of `sage.all`, also what makes a module a module: `__name__` would be another, and then nothing that
    a cell defines could be pickled.
    """
    names = vars_of_main()
    before = {key: value for key, value in names.items() if _of_the_module(key)}
    history = {key: names[key] for key in ("In", "Out") if key in names}
    eval("function(*arguments)", names, {"function": _original[name], "arguments": arguments})  # noqa: S307
    for key in [key for key in names if _of_the_module(key)]:
        del names[key]
    names.update(before | (history if not arguments[0] else {}))


def vars_of_main() -> dict[str, Any]:
    """Return the names of the session."""
    return vars(sys.modules["__main__"])


def _of_the_module(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
