"""Languages and modes of cells.

A first line that begins with `%` names a mode; what follows on it, and the lines below, are the mode's text. Line
numbers stay those of the cell. A cell may also end with a question, `name?`.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
import timeit
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.evaluation import inspection

_mode = re.compile(r"\s*%%?([^\W\d]\w*)(?:[ \t]+|(?=\n)|\Z)")
IGNORED = ("matplotlib", "config", "load_ext", "autoreload", "display")
LANGUAGES = ("python", "sage")
SHELL = "/bin/sh"


class UnknownMode(Exception):
    """A `%` line names nothing that can be applied to text."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What is left to run of a cell.

    Attributes:
        source: Python with the cell's line numbers.
        after: called when it has run.
    """

    source: str
    after: Callable[[], None] | None = None


class Modes:
    """Turns the source of a cell into Python, or deals with the cell itself.

    Args:
        namespace: the session's globals.
        preparse: Sage's language to Python; None where Sage is not installed.
    """

    def __init__(self, namespace: dict[str, Any], preparse: Callable[[str], str] | None = None) -> None:
        self._namespace = namespace
        self._preparse = preparse

    def prepare(self, source: str, language: str) -> Prepared | None:
        """Return what to run, or None when the cell is done.

        Raises:
            Exception: whatever a mode's own work raises; UnknownMode for a mode that is not known.
        """
        if "%" not in source and "?" not in source:
            return Prepared(self._python(source, language))
        found = _mode.match(source)
        if found is not None:
            above = "\n" * source.count("\n", 0, found.end())
            line, newline, below = source[found.end() :].partition("\n")
            if found.group(1) in IGNORED:
                return self.prepare(above + newline + below, language)
            return self._apply(found.group(1), above + line + newline + below, language)
        body, _, last = source.rstrip("\n").rpartition("\n")
        asked = inspection.question(last) if "?" in last else None
        if asked is None:
            return Prepared(self._python(source, language))
        return Prepared(self._python(body, language), lambda: self._explain(*asked))

    def _apply(self, name: str, text: str, language: str) -> Prepared | None:
        if name in LANGUAGES:
            return self.prepare(text, name)
        if name == "time":
            prepared = self.prepare(text, language)
            return prepared and Prepared(prepared.source, _stopwatch())
        if name == "timeit":
            self._time_often(self._python(text, language))
        elif name in _HANDLERS:
            _HANDLERS[name](text.strip("\n"))
        else:
            self._call(name, text.strip("\n"))
        return None

    def _python(self, source: str, language: str) -> str:
        if language == "sage" and self._preparse is not None:
            return self._preparse(source)
        return source

    def _call(self, name: str, text: str) -> None:
        """Apply any callable of the session to the text."""
        function = self._namespace.get(name)
        if not callable(function):
            known = ", ".join(f"%{each}" for each in sorted((*_HANDLERS, *LANGUAGES, "time", "timeit")))
            raise UnknownMode(f"%{name} is neither a mode nor a function of yours. Modes: {known}.")
        value = function(text)
        if isinstance(value, str):
            stage.publish({"text/plain": value}, {})
        elif value is not None:
            stage.display(value)

    def _time_often(self, source: str) -> None:
        timer = timeit.Timer(source, globals=self._namespace)
        loops, first = timer.autorange()
        repeats = 5 if first < 1 else 1
        best = min([first, *timer.repeat(repeats - 1, loops)]) / loops
        sys.stdout.write(f"{_duration(best)} per loop (best of {repeats}, {loops} loops each)\n")

    def _explain(self, name: str, detail: int) -> None:
        text = inspection.describe(name, detail, self._namespace)
        if text is None:
            raise NameError(f"name '{name}' is not defined")
        stage.publish({"text/plain": text}, {})


def _stopwatch() -> Callable[[], None]:
    wall, cpu = time.perf_counter(), time.process_time()

    def told() -> None:
        passed, worked = time.perf_counter() - wall, time.process_time() - cpu
        sys.stdout.write(f"CPU time: {_duration(worked)}, wall time: {_duration(passed)}\n")

    return told


def _duration(seconds: float) -> str:
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"


def _markdown(text: str) -> None:
    stage.publish({"text/markdown": text, "text/plain": text}, {})


def _html(text: str) -> None:
    stage.publish({"text/html": text, "text/plain": text}, {})


def _latex(text: str) -> None:
    body = text if "$" in text or text.lstrip().startswith("\\begin") else f"$\\displaystyle {text}$"
    stage.publish({"text/latex": body, "text/plain": text}, {})


def _shell(text: str) -> None:
    """Run the text by the shell of the jail, whose output arrives through the pipes."""
    try:
        # The person's own text, inside their own jail: the same as a cell of Python.
        child = subprocess.Popen([SHELL, "-c", text], stdin=subprocess.DEVNULL, start_new_session=True)  # noqa: S603
    except FileNotFoundError:
        raise UnknownMode("%sh: there is no shell in this environment.") from None
    try:
        # Unlike Popen.wait, this does not give the child time to hear an interrupt that only we got.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    except BaseException:
        os.killpg(child.pid, signal.SIGKILL)
        child.wait()
        raise
    if child.wait():
        sys.stderr.write(f"The shell ended with status {child.returncode}.\n")


def _pip(text: str) -> None:
    told = "%pip can't install packages here: sessions have no network. Ask the operator for another environment."
    sys.stderr.write(f"{told}\n")


_HANDLERS: dict[str, Callable[[str], None]] = {
    "md": _markdown,
    "html": _html,
    "latex": _latex,
    "sh": _shell,
    "pip": _pip,
}
