"""What a waiting child does ahead of its first cell, so that the cell need not: own files, and touched pages.

Memory that is shared with the zygote is copied page by page when it is first written, and reference counts are writes:
a cell that has run once is several times faster the second time. No user code runs here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
from dataclasses import dataclass

from sagews.session.display.displayhook import stage
from sagews.session.evaluation import history, sources
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.evaluation.loaded import Loaded
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import SessionOutput
from sagews.session.output.streams import PrintedText
from sagews.wire.session.frames import RunFrame

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
