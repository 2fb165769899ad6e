"""Modes that a session has by its names: systems that Sage talks to, objects with `eval`, and functions.

An interface called as a function takes one expression; a cell is a block of statements, which is what its `eval` takes.
"""

from __future__ import annotations

import sys
import types
from typing import Any

from sagews.session.magics.processes import NoProgram
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import Mode, Printed, finder, valued


class SystemFailed(Exception):
    """Another system refused what it was given; its own words are the message."""


@finder("gap", "gp", "magma", "maxima", "mathematica", "maple", "octave", "r", "singular")
def find_system(shell: Shell, name: str) -> Mode | None:
    """Return the mode of a system that Sage has an interface to."""
    interfaces = sys.modules.get("sage.interfaces.all")
    if interfaces is None or "sage.interfaces.interface" not in sys.modules:
        return None
    base = sys.modules["sage.interfaces.interface"].Interface
    # A person's own variable of that name does not hide the system.
    for found in (shell.user_ns.get(name), getattr(interfaces, name, None)):
        # What is imported on first use is no instance of anything before.
        system: Any = found
        if type(found).__name__ == "LazyImport":
            try:
                system = system._get_object()
            except ImportError:
                return _missing(name)
        if isinstance(system, base):
            return _evaluates(system)
    return None


@finder()
def find_own(shell: Shell, name: str) -> Mode | None:
    """Return the mode of an object with `eval`, or of a function, of the session."""
    return mode_of(shell.user_ns.get(name))


@valued
def mode_of(value: Any) -> Mode | None:
    """Return what a value does as a mode; None when it does nothing with a text."""
    evaluate = getattr(value, "eval", None) if not isinstance(value, (type, types.ModuleType)) else None
    if callable(evaluate):
        return _evaluates(value)
    return (lambda _, text: value(text)) if callable(value) else None


def _missing(name: str) -> Mode:
    def refuse(_shell: Shell, _text: str) -> None:
        raise NoProgram(f"There is no {name} in this environment. Ask the operator for it.")

    return refuse


def _evaluates(system: Any) -> Mode:
    def evaluate(shell: Shell, text: str) -> Printed:
        try:
            return Printed(system.eval(text.strip("\n")))
        except ImportError as error:
            raise NoProgram(
                f"{type(system).__name__} is not in this environment: {error}. Ask the operator for it."
            ) from None
        except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
            told = str(error).strip()
            if told.startswith("unable to start "):
                _missing(told.split()[3])(shell, text)
            # Whoever writes in that system's language has no use for the Python in between.
            raise SystemFailed(told) from None

    return evaluate
