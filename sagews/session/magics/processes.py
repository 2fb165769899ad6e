"""Runs programs for cells, so that Stop ends them: each in a process group of its own, which is killed as one.

A program that a shell started would outlive a signal to the shell alone, and what a pipe's reader waits for would never
come. What they print arrives through the session's pipes.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from typing import Any

from IPython.utils.text import DollarFormatter, SList

SHELL = "/bin/sh"


class NoProgram(Exception):
    """A program that a cell wants is not in this environment."""


def run(text: str, program: Sequence[str] = (SHELL,)) -> int:
    """Give a text to a shell, or another program, and wait; return its status, which is told when it is not 0.

    Raises:
        NoProgram: when there is no such program.
        KeyboardInterrupt: when the cell was stopped; the program and what it started are gone then.
    """
    # No input: a program that asks would wait for ever, since nobody can type into a cell that runs.
    child = _start([*program, "-c", text], stdin=subprocess.DEVNULL)
    _wait(child)
    if child.returncode:
        sys.stderr.write(f"{os.path.basename(program[0])} ended with status {child.returncode}.\n")
    return child.returncode


def system(command: str | bytes | os.PathLike[str] | os.PathLike[bytes]) -> int:
    """Do what `os.system` does, and end the command when the cell is stopped: C's own is deaf while it waits."""
    child = _start([SHELL, "-c", os.fsdecode(command)], stdin=subprocess.DEVNULL)
    _wait(child)
    # As wait(2) has it: a signal below, an exit status above.
    return child.returncode << 8 if child.returncode >= 0 else -child.returncode


def feed(text: str, program: Sequence[str]) -> int:
    """Run a program that reads a text from its standard input, as `%%script` does; return its status."""
    # A file, not a pipe: nobody has to write while the program already prints.
    with tempfile.TemporaryFile() as source:
        source.write(text.encode("utf-8", "replace"))
        source.seek(0)
        child = _start(program, stdin=source)
    _wait(child)
    if child.returncode:
        sys.stderr.write(f"{os.path.basename(program[0])} ended with status {child.returncode}.\n")
    return child.returncode


def output(text: str, *, split: bool) -> Any:
    """Return what a command of the shell prints: a list of lines, or one text."""
    child = _start([SHELL, "-c", text], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE)
    try:
        printed = (child.stdout.read() if child.stdout is not None else b"").decode("utf-8", "replace")
    except BaseException:
        _kill(child)
        raise
    _wait(child)
    return SList(printed.splitlines()) if split else printed


def has(program: str) -> bool:
    """Whether there is such a program."""
    return shutil.which(program) is not None


def expanded(text: str, names: Mapping[str, Any]) -> str:
    """Return a command in which `{expression}` and `$name` stand for values of the session, as IPython has it."""
    try:
        return str(DollarFormatter().vformat(text, args=(), kwargs=dict(names)))
    except Exception:
        # Braces that are the shell's own are no expression of ours.
        return text


def _start(program: Sequence[str], **streams: Any) -> subprocess.Popen[bytes]:
    if not has(program[0]):
        raise NoProgram(f"There is no {program[0]} in this environment. Ask the operator for it.")
    # The person's own text, inside their own jail: the same as a cell of Python.
    return subprocess.Popen(program, start_new_session=True, **streams)  # noqa: S603


def _wait(child: subprocess.Popen[bytes]) -> None:
    try:
        # Unlike Popen.wait, this does not give the child time to hear an interrupt that only we got.
        os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    # An interrupt is a BaseException, and whatever else comes here would leave the program running unseen.
    except BaseException:
        _kill(child)
        raise
    child.wait()


def _kill(child: subprocess.Popen[bytes]) -> None:
    try:
        os.killpg(child.pid, signal.SIGKILL)
    except ProcessLookupError:
        return
    finally:
        child.wait()
