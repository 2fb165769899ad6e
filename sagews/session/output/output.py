"""Everything that a cell shows, in one order, on its way to the worker.

Python's prints come here directly, C code's and child programs' through the pipes, values and figures as MIME bundles.
Whoever adds something first takes what already lies in the pipes, so the order is that of the prints. Short lines go
out at once, up to a burst; floods are gathered into large frames, then cut by the budget.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import replace

from sagews.session.output.budget import TAIL, CellBudget, Omitted, cut
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.late import LateOutput
from sagews.session.output.lines import LinePrinter
from sagews.session.output.origins import AFTERWARDS, Origins, heading, run_here
from sagews.session.output.spill import SpillFile
from sagews.session.output.terminal import overstruck
from sagews.session.output.text_buffer import TextBuffer
from sagews.wire.session.channels import CloseFrame, OpenFrame
from sagews.wire.session.checks import UNFIT
from sagews.wire.session.frames import (
    DisplayFrame,
    DoneFrame,
    ErrorFrame,
    FromSession,
    ResultFrame,
    SpilledFrame,
    StreamFrame,
)
from sagews.wire.session.grammar import encode

# Half of what a frame may hold.
CHUNK = 32 * 1024
# Shorter than a person sees; ten thousand prints become a few frames.
DELAY = 0.03
# The first lines of a cell go out at once, one by one; a program that goes on printing is gathered.
BURST = 10.0
FRAMES_A_SECOND = 30.0
HELD_OVER = 64 * 1024
# Each picture is kept by the page and by the database; thousands of them would be a fault of the cell.
MAX_SHOWN = 500
MAX_SHOWN_BYTES = 8 * 1024 * 1024
MAX_FRAME = 3 * 1024 * 1024 + 256 * 1024


class Whole:
    """A section that no interrupt tears and no other thread enters; a thread may enter it again."""

    def __init__(self, interrupts: Interrupts) -> None:
        self.interrupts = interrupts
        self._acquire, self._release = _lock_functions()
        self._main = threading.get_ident()

    def __enter__(self) -> None:
        if threading.get_ident() == self._main:
            self.interrupts.guards += 1
        self._acquire()

    def __exit__(self, *_: object) -> None:
        self._release()
        if threading.get_ident() == self._main:
            self.interrupts.guards -= 1
            if self.interrupts.waiting:
                self.interrupts.deliver()


def _lock_functions() -> tuple[Callable[[], bool], Callable[[], None]]:
    lock = threading.RLock()
    return lock.acquire, lock.release


class SessionOutput:
    """The one way out of a session.

    Args:
        writer: sends frames.
        capture: the pipes under descriptors 1 and 2.
        interrupts: so that no interrupt tears a frame.
        home: folder under which spilled output lies.
        wake: tells the pump (pump.py) that a flush is due.
    """

    def __init__(
        self,
        writer: FrameWriter,
        capture: Capture,
        interrupts: Interrupts,
        home: str,
        wake: Callable[[], None],
    ) -> None:
        self.writer = writer
        self.capture = capture
        self._home = home
        self._wake = wake
        self._whole = Whole(interrupts)
        self._busy = False
        self._buffer = TextBuffer()
        self._due: float | None = None
        self._live = False
        self._tokens = BURST
        self._filled = 0.0
        self._run = ""
        self.origins = Origins()
        self._late = LateOutput(self._send_late, wake)
        # Whether a cell runs. Its budget is made when it prints: most cells only have a value.
        self._open = False
        self._budget: CellBudget | None = None
        self._spill: SpillFile | None = None
        self._shown = self._shown_bytes = self._unshown = 0
        self._child: LinePrinter | None = None

    def begin(self, run: str) -> None:
        """Address what comes from now on to a run."""
        with self._whole:
            # What lies in the pipes was printed before, and is the former run's.
            self._drain()
            self._run = run
            self._open = self._live = True
            self.origins.begin(run)
            self._shown = self._shown_bytes = self._unshown = 0
            # Each cell has its own burst: the first print after a flood is seen at once.
            self._tokens, self._filled = BURST, time.monotonic()
            if self._buffer.size:
                self._flush_if_wanted("")

    def write(self, name: str, text: str) -> None:
        """Take printed text. May be interrupted only between two states, and while the worker does not read."""
        if self._child is not None:
            self._child.write(name, text)
            return
        # This is what a loop full of prints does all day: no calls that are not needed.
        gathered = self._buffer
        with self._whole:
            if self.capture.ready(0, 1):
                self._drain()
            if (run_here() is not self._run or not self._open) and self._is_late(name, text):
                return
            if name is gathered.name:
                gathered.pieces.append(text)
                gathered.size += len(text)
            else:
                gathered.add(name, text)
            if self._live or gathered.size >= CHUNK:
                self._flush_if_wanted(text)
        if not gathered.size:
            self._wait_for_room()

    def flush(self) -> None:
        """Send printed text now, unless that would be too often."""
        if self._child is not None:
            self._child.flush()
        if not self._buffer.size:
            return
        with self._whole:
            if self._may_send():
                self._flush()

    def show(self, value: DisplayFrame | ResultFrame | ErrorFrame, now: bool = True) -> None:
        """Send a bundle or an error behind everything printed before it.

        Args:
            value: what to send; displays and results count against the cell's budget.
            now: False lets it wait for the frame that follows at once.
        """
        if self._child is not None:
            return
        data = encode(value)
        with self._whole:
            self._drain()
            if isinstance(value, DisplayFrame) and self._is_shown_late(value, len(data)):
                return
            self._flush(push=now)
            if self._budget is not None and not self._budget.open:
                # Text that is held for the end belongs before what is shown now; before an error all of it does.
                self._budget.pass_on(TAIL if isinstance(value, ErrorFrame) else None)
            if isinstance(value, ErrorFrame) or self._counted(len(data)):
                self._put(data, now)
        self._wait_for_room()

    @property
    def asking(self) -> str:
        """The run for whose cell the caller acts; "" where none goes on, or where an earlier one left the caller."""
        return self._run if self._open and self.origins.of_caller() == self._run else ""

    def tell(self, value: OpenFrame | CloseFrame) -> None:
        """Send what happens to a channel of the cell, behind everything printed before it."""
        with self._whole:
            self._drain()
            self._flush(push=False)
            if self._budget is not None and not self._budget.open:
                self._budget.pass_on()
            self._put(encode(value), True)

    def finish(self, status: str, seconds: float, cpu: float) -> None:
        """Send the rest of the run's output and its `done`. The cell is over: interrupts are dropped here."""
        with self._whole:
            # What lies in the pipes was printed before the cell's end, and must stand before it.
            self.capture.finish(self._buffer.add)
            self._flush(push=False)
            if self._budget is not None:
                self._budget.finish(self._spilled)
                self._budget = None
            if self._unshown:
                self._stream("stderr", f"{self._unshown} more outputs of this cell were not shown.\n".encode())
            self._open = self._live = False
            self._late.add(self._run)
            self._put(encode(DoneFrame(self._run, status, seconds, cpu)), True)
        self.settle()

    def answer(self, value: FromSession) -> None:
        """Send a frame that belongs to no run."""
        with self._whole:
            self._put(encode(value), True)
        self.settle()

    def settle(self) -> None:
        """Wait until everything is with the worker."""
        while self.writer.pending:
            self._make_room()

    def pump(self) -> float | None:
        """Take what lies in the pipes and send what is due; return the seconds until the next flush, if any."""
        with self._whole:
            if not self.writer.full:
                self._drain()
            now = time.monotonic()
            if self._due is not None and now >= self._due:
                self._flush()
            if self._late.due is not None and now >= self._late.due:
                self._late.flush()
            self.writer.push()
            return min((max(0.0, due - now) for due in (self._due, self._late.due) if due is not None), default=None)

    def forked(self) -> None:
        """In a forked child: print through the inherited pipes, never on the worker's socket."""
        self._whole = Whole(self._whole.interrupts)
        self._child = LinePrinter()
        self._buffer = TextBuffer()
        self.capture.close()

    def _wait_for_room(self) -> None:
        while self.writer.full:
            self._make_room()

    def _make_room(self) -> None:
        self.writer.wait(1000)
        with self._whole:
            self.writer.push()

    def _drain(self) -> None:
        before = self._buffer.size
        # Of programs that a cell left behind nobody knows whose they are; the last one's is the best guess.
        self.capture.read(self._buffer.add if self._open or self._run not in self._late else self._afterwards)
        if self._buffer.size > before:
            self._flush_if_wanted("\n")

    def _afterwards(self, name: str, text: str) -> None:
        self._late.write(self._run, AFTERWARDS, name, text)

    def _is_late(self, name: str, text: str) -> bool:
        """Take what the caller prints, if it belongs to a run that is over."""
        run = self.origins.of_caller()
        if run == self._run and (self._open or run not in self._late):
            return False
        self._late.write(run, heading(), name, text)
        return True

    def _is_shown_late(self, value: DisplayFrame, size: int) -> bool:
        """Send what the caller shows, if it belongs to a run that is over."""
        run = self.origins.of_caller()
        if self._open and run == self._run:
            return False
        if self._late.admits(run, size):
            self._put(encode(replace(value, run=run)), True)
        return True

    def _send_late(self, run: str, name: str, text: str) -> None:
        rest = clean(overstruck(text))
        while rest:
            data, rest = cut(rest, CHUNK)
            self.writer.put(encode(StreamFrame(run, name, data.decode())))

    def _flush_if_wanted(self, text: str) -> None:
        if self._buffer.size >= CHUNK or ("\n" in text and self._live and self._may_send()):
            self._flush()
        elif self._live and self._due is None:
            self._due = time.monotonic() + DELAY
            self._wake()

    def _may_send(self) -> bool:
        now = time.monotonic()
        self._tokens = min(BURST, self._tokens + (now - self._filled) * FRAMES_A_SECOND)
        self._filled = now
        if self._tokens < 1:
            return False
        self._tokens -= 1
        return True

    def _flush(self, *, push: bool = True) -> None:
        """Pass the gathered text through the budget. A print from a destructor meanwhile only gathers.

        Args:
            push: False where a frame follows at once: both travel together, and wake the worker once.
        """
        if self._busy:
            return
        if not self._buffer.size:
            self._due = None
            if push:
                self.writer.push()
            return
        if not self._open:
            # No cell has run yet: keep the latest of whatever prints by itself for the first one.
            self._buffer.keep(HELD_OVER)
            return
        self._busy = True
        try:
            self._due = None
            budget = self._budget or self._new_budget()
            for name, text in self._buffer.take():
                budget.add(name, clean(overstruck(text)))
            self._live = budget.open
            if push:
                self.writer.push()
        finally:
            self._busy = False

    def _new_budget(self) -> CellBudget:
        self._spill = SpillFile(self._home, self._run)
        self._budget = CellBudget(self._stream, self._spill.write)
        return self._budget

    def _stream(self, name: str, data: bytes) -> None:
        self.writer.put(encode(StreamFrame(self._run, name, data.decode())))

    def _spilled(self, omitted: Omitted) -> None:
        if self._spill is not None:
            path, dropped = self._spill.close(), self._spill.dropped
            self.writer.put(encode(SpilledFrame(self._run, path, omitted.bytes, omitted.lines, dropped)))

    def _counted(self, size: int) -> bool:
        self._shown += 1
        self._shown_bytes += size
        fits = size <= MAX_FRAME and self._shown <= MAX_SHOWN and self._shown_bytes <= MAX_SHOWN_BYTES
        self._unshown += not fits
        return fits

    def _put(self, data: bytes, now: bool) -> None:
        self.writer.put(data)
        if now:
            self.writer.push()


def clean(text: str) -> bytes:
    """Return text as UTF-8 in which NUL and lone surrogates are replaced."""
    if "\0" not in text:
        try:
            return text.encode()
        except UnicodeEncodeError:
            pass
    return UNFIT.sub("\ufffd", text).encode()
