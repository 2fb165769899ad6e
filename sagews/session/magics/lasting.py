"""The shell of `%sh` cells: one for each session, begun with the first of them, so that folder and variables last.

It is an interactive shell that reads from a pipe: such a one drops what it does when it is interrupted, and lives on.
What it prints goes straight into the session's pipes, so it is seen while it is printed. Each cell is a file that it
reads, which is how errors name its line; behind it, a number on a pipe of its own says that it is done.
"""

from __future__ import annotations

import contextlib
import os
import select
import shlex
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator

from sagews.session.magics import processes

PATIENCE = 1.0
"""Seconds that what was interrupted has to end, before it is ended."""
REST = 0.1
"""Seconds after which a line was dropped with what was interrupted."""
ANEW = "The next cell begins a new one, with a new folder and new variables."
_QUIET = {"PS1": "", "PS2": "", "TERM": "dumb", "HISTFILE": "", "PROMPT_COMMAND": ""}
_OPTIONS = {"bash": ("--noprofile", "--norc", "--noediting", "-i")}


class LastingShell:
    """A shell that waits for the next cell."""

    def __init__(self) -> None:
        self._folder = tempfile.mkdtemp(prefix="sh-")
        self._owner = os.getpid()
        self._number = 0
        program = "/bin/bash" if processes.has("/bin/bash") else processes.SHELL
        self.name = os.path.basename(program)
        told, tell = os.pipe()
        # Its first words, of a terminal that it misses, are nobody's business.
        error = os.dup(2)
        self._process = subprocess.Popen(  # noqa: S603  (the person's own commands, inside their own jail)
            [program, *_OPTIONS.get(self.name, ("-i",))],
            stdin=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=(tell, error),
            start_new_session=True,
            env={**os.environ, **_QUIET},
        )
        self._told, self._tell = told, tell
        os.close(tell)
        os.close(error)
        os.set_blocking(told, False)
        self._say(f"exec 2>&{error} {error}>&-; unset HISTFILE PROMPT_COMMAND")

    @property
    def usable(self) -> bool:
        """Whether it lives, and belongs to this process: a fork's copy would listen in on its parent."""
        return self._process.poll() is None and self._owner == os.getpid()

    def run(self, text: str) -> int | None:
        """Run a text and return its status, or None when the shell has ended with it.

        Raises:
            KeyboardInterrupt: when the cell was stopped; what the text began is gone then.
        """
        path = os.path.join(self._folder, "cell")
        with open(path, "w", encoding="utf-8", errors="replace") as stream:
            stream.write(text if text.endswith("\n") else f"{text}\n")
        with _kept_apart(self._folder) as streams:
            try:
                # Of no use to programs: nobody can type into a cell that runs, and only the shell says when it is done.
                self._say(f". {shlex.quote(path)} </dev/null {self._tell}>&-{streams}")
                return self._answer(None)
            except BaseException:
                # Whatever it is: what runs would go on unseen.
                self._interrupt()
                raise

    @property
    def ended_with(self) -> int:
        """The status with which it ended."""
        return self._process.wait()

    def end(self) -> None:
        """End it, and forget its files."""
        if self._owner != os.getpid() or self._told < 0:
            return
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)
        self._process.wait()
        if self._process.stdin is not None:
            with contextlib.suppress(OSError):
                self._process.stdin.close()
        os.close(self._told)
        self._told = -1
        shutil.rmtree(self._folder, ignore_errors=True)

    def _say(self, line: str) -> None:
        """Give it a line, and ask for its status behind that."""
        self._number += 1
        if self._process.stdin is not None:
            # When it is gone, whoever waits for its answer learns so.
            with contextlib.suppress(BrokenPipeError):
                self._process.stdin.write(f"{line}\necho {self._number} $? >&{self._tell}\n".encode())
                self._process.stdin.flush()

    def listens(self, *, interrupted: bool = False) -> bool:
        """Whether it takes the next line. An interrupt makes it drop what it has read, now or a moment later.

        Args:
            interrupted: interrupt what runs, again as long as nothing comes: a program that just begins misses it.
        """
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if interrupted:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._process.pid, signal.SIGINT)
            self._say(":")
            try:
                return self._answer(REST) is not None
            except TimeoutError:
                continue
        return False

    def _answer(self, seconds: float | None) -> int | None:
        """Wait for the status of the latest line; None when the shell ends; TimeoutError when it takes longer."""
        ended = os.pidfd_open(self._process.pid)
        try:
            poll = select.poll()
            poll.register(self._told, select.POLLIN)
            poll.register(ended, select.POLLIN)
            while ready := dict(poll.poll(None if seconds is None else seconds * 1000)):
                if not ready.get(self._told, 0) & select.POLLIN:
                    return None
                # Answers to earlier lines, which nobody waited for, may lie before it.
                number, status = os.read(self._told, 1 << 16).split()[-2:]
                if int(number) == self._number:
                    return int(status)
            raise TimeoutError
        finally:
            os.close(ended)

    def _interrupt(self) -> None:
        """Interrupt what runs as a terminal does; end the shell as well when that is not heard."""
        try:
            if self.listens(interrupted=True):
                return
            self.end()
        except BaseException:
            # A second Stop.
            self.end()
            raise
        sys.stderr.write(f"What ran did not listen, and was ended with its shell. {ANEW}\n")


_elsewhere = 0


@contextlib.contextmanager
def output_elsewhere() -> Iterator[None]:
    """Let what the shell prints go where Python's prints go now, not where they went when it began."""
    global _elsewhere
    _elsewhere += 1
    try:
        yield
    finally:
        _elsewhere -= 1


@contextlib.contextmanager
def _kept_apart(folder: str) -> Iterator[str]:
    """Yield the redirections for a cell whose output goes elsewhere, and pass it on at the end."""
    if not _elsewhere:
        yield ""
        return
    out, error = os.path.join(folder, "stdout"), os.path.join(folder, "stderr")
    try:
        yield f" >{shlex.quote(out)} 2>{shlex.quote(error)}"
    finally:
        for path, stream in ((out, sys.stdout), (error, sys.stderr)):
            with contextlib.suppress(FileNotFoundError), open(path, encoding="utf-8", errors="replace") as kept:
                shutil.copyfileobj(kept, stream)


_shell: LastingShell | None = None


def run(text: str) -> None:
    """Run a text in the session's shell, which begins if there is none; say so when the shell ended, or what failed."""
    global _shell
    if _shell is None or not (_shell.usable and _shell.listens()):
        if _shell is not None:
            _shell.end()
        _shell = LastingShell()
    shell = _shell
    status = shell.run(text)
    if status is None:
        sys.stderr.write(f"The shell has ended, with status {shell.ended_with}. {ANEW}\n")
    elif status:
        sys.stderr.write(f"{shell.name} ended with status {status}.\n")
