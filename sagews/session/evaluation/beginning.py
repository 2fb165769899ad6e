"""What is done before a cell, and no part of it: the person's own start file once, and attached files that changed.

Both are user code, run like a cell's; when they fail that is told, and the cell runs all the same.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Callable
from typing import Any

STARTUP = "~/.sage/init.sage"


class Beginning:
    """Things to do before cells.

    Args:
        attempt: runs user code and returns what it raised.
    """

    def __init__(self, attempt: Callable[[Callable[[], Any]], BaseException | None]) -> None:
        self._attempt = attempt
        self._pending = False

    def expect_startup(self) -> None:
        """Let the start file run before the next cell. Not called in the zygote, whose home is nobody's."""
        self._pending = True

    def before_cell(self, names: dict[str, Any]) -> None:
        """Do what is due."""
        if self._pending:
            self._pending = False
            _count_as_known(names)
            path = os.path.expanduser(STARTUP)
            if os.path.exists(path):
                self._do(f"{STARTUP} failed", lambda: _load(path, names))
        attach = sys.modules.get("sage.repl.attach")
        if attach is not None and attach.attached:
            self._do("An attached file failed", attach.reload_attached_files_if_modified)

    def _do(self, told: str, work: Callable[[], Any]) -> None:
        problem = self._attempt(work)
        if isinstance(problem, KeyboardInterrupt):
            sys.stderr.write(f"{told}: it was stopped.\n")
        elif problem is not None:
            sys.stderr.write(f"{told}{_where(problem)}: {type(problem).__name__}: {problem}\n")


def _where(problem: BaseException) -> str:
    """Return the file and line where an error came about, as far as it was in a file that was loaded."""
    if isinstance(problem, SyntaxError) and problem.filename and problem.lineno:
        return f" ({problem.filename}, line {problem.lineno})"
    found = ""
    for frame, line in traceback.walk_tb(problem.__traceback__):
        file = frame.f_code.co_filename
        ours = str(frame.f_globals.get("__name__", "")).startswith("sagews.")
        # Compiled code of Sage names its files from where it was made.
        if os.path.isabs(file) and not ours and not file.startswith((sys.prefix, os.path.dirname(os.__file__))):
            found = f" ({file}, line {line})"
    return found


def _load(path: str, names: dict[str, Any]) -> None:
    from sage.repl.load import load

    load(path, names)


def _count_as_known(names: dict[str, Any]) -> None:
    """Sage's `save_session` and `show_identifiers` leave out what was there at the beginning; so are our own names."""
    known = sys.modules["sage.misc.session"].state_at_init if "sage.misc.session" in sys.modules else None
    if known is not None:
        known.update({name: names[name] for name in ("In", "Out") if name in names})
