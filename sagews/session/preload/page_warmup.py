"""What a waiting child does ahead of its first cell, so that the cell need not: own files, and touched pages.

Memory that is shared with the zygote is copied page by page when it is first written, and reference counts are writes:
a cell that has run once is several times faster the second time. No user code runs here.
"""

from __future__ import annotations

import contextlib
import os
import socket
import sys
import tempfile

from sagews.session.display.displayhook import stage
from sagews.session.evaluation import sources
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.evaluation.loaded import Loaded
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import Output
from sagews.session.output.streams import PrintedText
from sagews.wire.session.frames import Run

NOBODY = "00000000-0000-4000-8000-000000000000"
CELL = "print(1 + 1)\n(1 + 1)**2\n1/2"


def own_temporary_folder() -> None:
    """Give Sage a folder for temporary files that belongs to this process, not to the zygote."""
    module = sys.modules.get("sage.misc.temporary_file")
    if module is None:
        return
    vars(module)["TMP_DIR_FILENAME_BASE"]._finalizer.detach()
    vars(module)["TMP_DIR_FILENAME_BASE"] = tempfile.TemporaryDirectory(prefix="sage-")


def touch(loaded: Loaded) -> None:
    """Run a small cell whose output goes nowhere."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        interrupts = Interrupts()
        output = Output(FrameWriter(ours), Capture(), interrupts, os.devnull, lambda: None)
        stage.output = output
        evaluator = Evaluator(output, interrupts, loaded)
        with contextlib.redirect_stdout(PrintedText(output, "stdout", 1)):
            evaluator.run(Run(NOBODY, "warm", 0, CELL, "sage" if loaded.preparse else "python", "all"))
        stage.output = None
    for name in ("_", "__", "___", "_0"):
        loaded.namespace.pop(name, None)
    sources.forget()
