"""Who printed what comes when its cell is over: a thread that an earlier cell started, a task or program that it left.

Such text stands in the output of the cell that runs when it is sent, or runs next; without a word nobody could tell it
from that cell's own.
"""

from __future__ import annotations

import threading
from typing import Any

LONGEST_NAME = 80
_start = threading.Thread.start


class Origins:
    """Knows in which run each thread was started, and names each origin once in a run."""

    def __init__(self) -> None:
        self._run = ""
        self._open = False
        self._main = threading.get_ident()
        self._named: set[int] = set()

    def install(self) -> None:
        """Note at the start of every thread which run it belongs to."""

        def start(thread: threading.Thread) -> None:
            thread.__dict__["_sagews_run"] = self._run
            _start(thread)

        threading.Thread.start = start  # type: ignore[method-assign,assignment]

    def begin(self, run: str, *, held: bool) -> None:
        """A run begins; `held` text of earlier ones, with its heading, is sent as its first."""
        self._run, self._open = run, True
        if not held:
            self._named.clear()

    def end(self) -> None:
        """The run is over; what is printed from now on is late."""
        self._open = False
        self._named.clear()

    def of_print(self) -> str:
        """Return the heading of what the calling thread prints now, "" for a print of the running cell itself."""
        ident = threading.get_ident()
        if ident == self._main:
            return "" if self._open else self.of_pipe()
        thread: Any = threading.current_thread()
        if self._open and getattr(thread, "_sagews_run", self._run) == self._run:
            return ""
        return self._once(ident, f"Printed by {str(thread.name)[:LONGEST_NAME]}, which an earlier cell started:\n")

    def of_pipe(self) -> str:
        """Return the heading of what a program or a task prints while no cell runs."""
        return "" if self._open else self._once(0, "Printed after an earlier cell had ended:\n")

    def _once(self, origin: int, heading: str) -> str:
        if origin in self._named:
            return ""
        self._named.add(origin)
        return heading
