"""Systems that Sage talks to: `%gp`, `%%gap`, `%maxima`, `%singular` and all others, each by its own evaluator.

An interface called as a function takes one expression; a cell is a block of statements, which is what its `eval` takes.
"""

from __future__ import annotations

import sys
from typing import Any

from sagews.session.magics.shell import Shell
from sagews.session.magics.table import Mode, finder


class SystemFailed(Exception):
    """Another system refused what it was given; its own words are the message."""


@finder
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
            system = system._get_object()
        if isinstance(system, base):
            return _evaluates(system)
    return None


def _evaluates(system: Any) -> Mode:
    def evaluate(_shell: Shell, text: str) -> None:
        try:
            answer = system.eval(text.strip("\n"))
        except (RuntimeError, TypeError, ValueError, ArithmeticError) as error:
            # Whoever writes in that system's language has no use for the Python in between.
            raise SystemFailed(str(error).strip()) from None
        told = str(answer)
        if told.strip():
            sys.stdout.write(told if told.endswith("\n") else f"{told}\n")

    return evaluate
