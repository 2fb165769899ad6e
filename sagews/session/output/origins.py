"""In which run text belongs: that of the cell which started the thread or task that prints it.

A thread or task may print while another cell runs, or none. What comes from descriptors 1 and 2, of child programs and
C code, can't be told apart: it belongs to the cell that runs, else to the last one.
"""

from __future__ import annotations

import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

LONGEST_NAME = 80
AFTERWARDS = "Printed after this cell had ended:\n"
# Tasks of asyncio copy the context in which they were made, and so say of themselves which run theirs is.
_current: contextvars.ContextVar[str | None] = contextvars.ContextVar("run", default=None)
_start = threading.Thread.start
_submit = ThreadPoolExecutor.submit

run_here = _current.get
"""The run whose cell made the calling task; None in a thread, which says it by `Origins.of_caller`."""


class Origins:
    """Knows in which run each thread was started."""

    def __init__(self) -> None:
        self._run = ""

    def install(self) -> None:
        """Note at the start of every thread, and with every work that is given to a pool of them, whose it is."""
        origins = self

        def start(thread: threading.Thread) -> None:
            # Of who starts it, which may itself be a thread of an earlier cell.
            thread.__dict__["_sagews_run"] = origins.of_caller()
            _start(thread)

        def submit(pool: ThreadPoolExecutor, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Future[Any]:
            # A pool outlives the cell that made it: what it prints belongs to whoever gave it the work.
            return _submit(pool, _of_run, origins.of_caller(), work, *arguments, **named)

        threading.Thread.start = start  # type: ignore[method-assign,assignment]
        ThreadPoolExecutor.submit = submit  # type: ignore[method-assign,assignment]

    def begin(self, run: str) -> None:
        """A cell begins, in the calling thread."""
        self._run = run
        _current.set(run)

    def here(self) -> tuple[str, str | None]:
        """Return whose what is printed now is, for `return_to`."""
        return self._run, _current.get()

    def return_to(self, here: tuple[str, str | None]) -> None:
        """Be again where `here` was asked."""
        self._run = here[0]
        _current.set(here[1])

    def of_caller(self) -> str:
        """Return the run to which what the calling thread or task prints belongs: the last one if it is nobody's."""
        known = _current.get()
        if known is None:
            known = getattr(threading.current_thread(), "_sagews_run", None)
        return known or self._run


def heading() -> str:
    """Return what stands above what the caller prints after its cell's end."""
    thread = threading.current_thread()
    if thread is threading.main_thread():
        return AFTERWARDS
    return f"Printed by {str(thread.name)[:LONGEST_NAME]} after this cell had ended:\n"


def _of_run(run: str, work: Callable[..., Any], /, *arguments: Any, **named: Any) -> Any:
    before = _current.set(run)
    try:
        return work(*arguments, **named)
    finally:
        _current.reset(before)
