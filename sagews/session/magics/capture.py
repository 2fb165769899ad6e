"""Keeps what a cell prints and shows: %%capture as Jupyter has it, and %capture(…) as CoCalc's worksheets have it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.magics import lasting
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import around

_libc = ctypes.CDLL(None)
_KINDS = ("stdout", "stderr", "display")


class Captured:
    """What a cell printed and showed under %%capture.

    Attributes:
        stdout, stderr: printed text.
        outputs: MIME bundles, in order.
    """

    def __init__(self) -> None:
        self.stdout = self.stderr = ""
        self.outputs: list[Any] = []

    def show(self) -> None:
        """Show it now."""
        sys.stdout.write(self.stdout)
        sys.stderr.write(self.stderr)
        for data, metadata in self.outputs:
            stage.publish(data, metadata)

    __call__ = show

    def __str__(self) -> str:
        return self.stdout


@around("capture")
@contextlib.contextmanager
def capture(shell: Shell, rest: str) -> Iterator[None]:
    """Keep what the cell prints and shows: under a name, or `(stdout='name', stderr='name', append=…, echo=…)`."""
    if rest.startswith("("):
        with _as_cocalc(shell, rest):
            yield
        return
    words = shlex.split(rest)
    left_out = [kind for kind in _KINDS if f"--no-{kind}" in words]
    names = [word for word in words if not word.startswith("-")]
    kept = Captured()
    try:
        with _kept(kept, [kind for kind in _KINDS if kind not in left_out]):
            yield
    finally:
        if names:
            shell.user_ns[names[0]] = kept


@contextlib.contextmanager
def _as_cocalc(shell: Shell, rest: str) -> Iterator[None]:
    """Give printed text to variables or files. What is not named is dropped; what is shown is shown all the same."""
    options = eval(f"_options{rest}", {**shell.user_ns, "_options": _options})  # noqa: S307  (the person's own text)
    kept = Captured()
    try:
        with _kept(kept, ("stdout", "stderr")):
            yield
    finally:
        for name, text in (("stdout", kept.stdout), ("stderr", kept.stderr)):
            _hand_over(shell, options[name], text, append=options["append"])
        if options["echo"]:
            kept.show()


def _options(stdout: Any = None, stderr: Any = None, append: bool = False, echo: bool = False) -> dict[str, Any]:
    return {"stdout": stdout, "stderr": stderr, "append": append, "echo": echo}


def _hand_over(shell: Shell, target: Any, text: str, *, append: bool) -> None:
    if isinstance(target, str):
        before = shell.user_ns.get(target, "") if append else ""
        shell.user_ns[target] = f"{before}{text}"
    elif target is not None:
        target.write(text)
        target.flush()


@contextlib.contextmanager
def _kept(into: Captured, kinds: Any) -> Iterator[None]:
    with contextlib.ExitStack() as stack:
        if "display" in kinds:
            stack.enter_context(stage.captured(into.outputs))
        for name, descriptor in (("stdout", 1), ("stderr", 2)):
            if name in kinds:
                stack.enter_context(_stream_kept(into, name, descriptor))
        stack.enter_context(lasting.output_elsewhere())
        yield


@contextlib.contextmanager
def _stream_kept(into: Captured, name: str, descriptor: int) -> Iterator[None]:
    """Put a file in place of a stream, for prints of Python and of programs and C code alike."""
    before, former = getattr(sys, name), os.dup(descriptor)
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), descriptor)
        printed = open(os.dup(descriptor), "w", encoding="utf-8", errors="replace", buffering=1)
        printed.reconfigure(write_through=True)
        setattr(sys, name, printed)
        try:
            yield
        finally:
            setattr(sys, name, before)
            printed.close()
            _libc.fflush(None)
            os.dup2(former, descriptor)
            os.close(former)
            file.seek(0)
            setattr(into, name, file.read().decode("utf-8", "replace"))
