"""What a waiting child does ahead of its first cell, so that the cell need not: own files, and touched pages.

Memory that is shared with the zygote is copied page by page when it is first written, and reference counts are writes:
a cell that has run once is several times faster the second time. No user code runs here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass

from sagews.session.display.displayhook import stage
from sagews.session.evaluation import history, sources
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.evaluation.loaded import Loaded
from sagews.session.help.introspection import Helper
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts, all_blocked
from sagews.session.output.output import SessionOutput
from sagews.session.output.pump import Pump
from sagews.session.output.streams import PrintedText
from sagews.wire.session.frames import MAX_FRAME_TO_SESSION, ReadyFrame, RunFrame
from sagews.wire.session.framing import FrameReader
from sagews.wire.session.grammar import encode, parse_to_session

TEMPORARY = "/tmp/sage-"  # noqa: S108  (in the session's own file system)
NOBODY = "00000000-0000-4000-8000-000000000000"
CELL = "print(1 + 1)\n(1 + 1)**2\n1/2"


@dataclass(frozen=True, slots=True)
class TemporaryFolder:
    """What Sage asks for its folder of temporary files; it goes with the session's /tmp, so nobody removes it."""

    name: str

    def cleanup(self) -> None:
        """Do nothing when Sage says that it ends."""


def make_temporary_folder() -> None:
    """Give Sage a folder for temporary files that belongs to this process, not to the zygote."""
    module = sys.modules.get("sage.misc.temporary_file")
    if module is None:
        return
    if not isinstance(vars(module)["TMP_DIR_FILENAME_BASE"], TemporaryFolder):
        vars(module)["TMP_DIR_FILENAME_BASE"].cleanup()
    # Whoever began as another process of the zygote has another pid, so the folder is new.
    folder = TemporaryFolder(f"{TEMPORARY}{os.getpid()}")
    with contextlib.suppress(FileExistsError):
        os.mkdir(folder.name, 0o700)
    vars(module)["TMP_DIR_FILENAME_BASE"] = folder


def touch(loaded: Loaded) -> None:
    """Run a small cell whose output goes nowhere."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        interrupts = Interrupts()
        output = SessionOutput(FrameWriter(ours), Capture(), interrupts, os.devnull, lambda: None)
        stage.output = output
        evaluator = Evaluator(output, interrupts, loaded)
        with contextlib.redirect_stdout(PrintedText(output, "stdout", 1)):
            evaluator.run(RunFrame(NOBODY, "warm", 0, CELL, "sage" if loaded.preparse else "python", "all"))
        stage.output = None
    # By name: to go through all names would count references on thousands of shared pages, and so copy them.
    for name in history.of_cell(0):
        loaded.namespace.pop(name, None)
    sources.forget()


def begin(loaded: Loaded) -> None:
    """Do once what a session does when it begins, with nobody at the other end, and leave nothing of it behind.

    A thread is started for that, so this is for a child that is handed over whole and never forked: not for a zygote.
    """
    ours, theirs = socket.socketpair()
    with ours, theirs, _own_streams():
        capture = Capture()
        writer, pump = FrameWriter(ours), Pump(ours)
        output = SessionOutput(writer, capture, Interrupts(), os.devnull, pump.wake)
        Helper(Evaluator(output, Interrupts(), loaded), output)
        capture.install()
        PrintedText(output, "stdout", 1)
        with all_blocked():
            thread = threading.Thread(target=output.pump, name="warm", daemon=True)
            thread.start()
        thread.join()
        output.answer(ReadyFrame("python", loaded.versions))
        frames = FrameReader(MAX_FRAME_TO_SESSION)
        for payload in frames.feed(encode(RunFrame(NOBODY, "warm", 0, CELL, "python", "all"))):
            parse_to_session(payload)
        capture.close()
        pump.close()


@contextlib.contextmanager
def _own_streams() -> Iterator[None]:
    """Bring back descriptors 1 and 2 as they were."""
    kept = [(os.dup(target), target) for target in (1, 2)]
    try:
        yield
    finally:
        for copy, target in kept:
            os.dup2(copy, target)
            os.close(copy)
