"""What a cell prints, in one order, on its way to the worker.

Python's prints come here directly, C code's and child programs' through the pipes. Whoever adds something first takes
what already lies in the pipes, so the order is that of the prints. Short lines go out at once, up to a burst; floods
are gathered into large frames, then cut by the budget. What is shown beside them is output.py's.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from sagews.session.output.areas.places import RunPlaces
from sagews.session.output.areas.replacing import Replacing
from sagews.session.output.budget import cut
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.late import LateOutput
from sagews.session.output.lines import LinePrinter
from sagews.session.output.origins import AFTERWARDS, Origins, heading, run_here
from sagews.session.output.terminal import overstruck
from sagews.session.output.text_buffer import TextBuffer
from sagews.session.output.whole import Whole
from sagews.wire.session.areas import OWN, ClearFrame
from sagews.wire.session.checks import UNFIT
from sagews.wire.session.frames import StreamFrame
from sagews.wire.session.grammar import encode

# Half of what a frame may hold.
CHUNK = 32 * 1024
# Shorter than a person sees; ten thousand prints become a few frames.
DELAY = 0.03
# The first lines of a cell go out at once, one by one; a program that goes on printing is gathered.
BURST = 10.0
FRAMES_A_SECOND = 30.0
HELD_OVER = 64 * 1024
# A line that is drawn over again and again, as a progress bar is, is sent the more seldom the longer its cell runs:
# what was sent of it is kept, and its hours must fit into what is shown of a cell.
REDRAWN, REDRAWN_MOST = 0.02, 10.0
"""The share of the cell's time so far, and the seconds, that pass between two drawings at most."""


class PrintedOutput:
    """The printing half of SessionOutput, which says what its arguments are."""

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
        self._filled = self._begun = 0.0
        # Whether the line that is being printed is drawn over.
        self._redrawn = False
        self._run = ""
        self.origins = Origins()
        self._late = LateOutput(self._send_late, wake)
        self._replacing = Replacing(writer.put)
        # Whether a cell runs.
        self._open = False
        # Whether the worker knows that the run was interrupted.
        self._told = False
        self._places = RunPlaces("", home, partial(self._stream, ""))
        self._child: LinePrinter | None = None

    def begin(self, run: str) -> None:
        """Address what comes from now on to a run."""
        with self._whole:
            self._return()
            # What lies in the pipes was printed before, and is the former run's.
            self._drain()
            self._address(run, RunPlaces(run, self._home, partial(self._stream, run)))
            if self._buffer.size:
                self._flush_if_wanted("")

    def _return(self) -> None:
        """End what sends output elsewhere."""

    def now(self) -> float:
        """The monotonic clock."""
        return time.monotonic()

    def _address(self, run: str, places: RunPlaces) -> None:
        self._run, self._places = run, places
        self._open, self._live, self._told = True, places.is_live, False
        self.origins.begin(run)
        # Each cell has its own burst: the first print after a flood is seen at once.
        self._tokens, self._filled = BURST, time.monotonic()
        self._begun, self._redrawn = self._filled, False

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
            if self._places.waiting and text:
                self._come_about()
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
            if not (self._redrawn and self._due is not None) and self._may_send():
                self._flush()

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
            self._replacing.flush_due(now)
            self.writer.push()
            waiting = (self._due, self._late.due, self._replacing.due)
            return min((max(0.0, due - now) for due in waiting if due is not None), default=None)

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
        self.capture.read(self._piped if self._open or self._run not in self._late else self._afterwards)
        if self._buffer.size > before:
            latest = self._buffer.pieces[-1]
            self._flush_if_wanted(latest if "\r" in latest else "\n")

    def _piped(self, name: str, text: str) -> None:
        if self._places.waiting:
            self._come_about()
        self._buffer.add(name, text)

    def _afterwards(self, name: str, text: str) -> None:
        self._come_about_late(self._run)
        self._late.write(self._run, AFTERWARDS, name, text)

    def _is_late(self, name: str, text: str) -> bool:
        """Take what the caller prints, if it belongs to a run that is over."""
        run = self.origins.of_caller()
        if run == self._run and (self._open or run not in self._late):
            return False
        self._come_about_late(run)
        self._late.write(run, heading(), name, text)
        return True

    def _places_of(self, run: str) -> RunPlaces | None:
        """Return the areas of a run that may still show something."""
        return self._places if self._open and run == self._run else self._late.places(run)

    def _come_about(self) -> None:
        """Something comes where the cell shows things now: what was to be cleared for it goes."""
        if self._open and self._places.here in self._places.waiting:
            self._clear_now(self._run, self._places, self._places.here, wait=True)

    def _come_about_late(self, run: str) -> None:
        places = self._late.places(run)
        if places is not None and OWN in places.waiting:
            self._clear_now(run, places, OWN, wait=True)

    def _clear_now(self, run: str, places: RunPlaces, area: int, *, wait: bool = False) -> None:
        """Take away what stands in an area; with `wait` in the moment in which the next comes."""
        gone = places.clear(area)
        if places is not self._places or not self._open:
            self._late.clear(run)
        elif places.here in gone:
            self._buffer.take()
            self._live, self._due = True, None
        self._replacing.clear(run, gone, area, encode(ClearFrame(run, area, wait)), wait=wait)
        self._wake()

    def _send_late(self, run: str, name: str, text: str) -> None:
        rest = clean(overstruck(text))
        while rest:
            data, rest = cut(rest, CHUNK)
            self._stream(run, OWN, name, data)

    def _flush_if_wanted(self, text: str) -> None:
        if "\n" in text:
            self._redrawn = False
        elif "\r" in text:
            self._redrawn = True
        if self._buffer.size >= CHUNK or ("\n" in text and self._live and self._may_send()):
            self._flush()
        elif self._live and self._due is None:
            now = time.monotonic()
            share = REDRAWN * (now - self._begun) if self._redrawn else 0.0
            self._due = now + min(max(DELAY, share), REDRAWN_MOST)
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
            for name, text in self._buffer.take():
                self._places.print(name, clean(overstruck(text)))
            self._live = self._places.is_live
            if push:
                self.writer.push()
        finally:
            self._busy = False

    def _stream(self, run: str, area: int, name: str, data: bytes) -> None:
        self._send(run, area, encode(StreamFrame(run, name, data.decode(), area)))

    def _send(self, run: str, area: int, data: bytes) -> None:
        self._replacing.send(run, area, data)
        if self._replacing.due is not None:
            self._wake()

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
