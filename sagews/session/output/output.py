"""Everything that a cell shows, in one order, on its way to the worker.

Beside what it prints (printed.py) these are values, figures and errors, and what takes the place of something that was
shown, in the cell's own output or in an area of it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from sagews.session.analysis.names import NOTHING, TextNames
from sagews.session.output.areas.displays import Displays
from sagews.session.output.areas.placed import AddressedOutput
from sagews.session.output.areas.places import MAX_FRAME
from sagews.session.output.areas.recording import Shown
from sagews.session.output.budget import TAIL, Omitted
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.lines import LinePrinter
from sagews.session.output.text_buffer import TextBuffer
from sagews.session.output.whole import Whole
from sagews.wire.session.areas import OWN, UpdateFrame
from sagews.wire.session.channels import CloseFrame, OpenFrame, StateFrame
from sagews.wire.session.frames import (
    DisplayFrame,
    DoneFrame,
    ErrorFrame,
    FromSession,
    ResultFrame,
    SpilledFrame,
    StoppingFrame,
)
from sagews.wire.session.grammar import encode


class SessionOutput(AddressedOutput):
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
        super().__init__(writer, capture, interrupts, home, wake)
        self._displays = Displays()

    def show(self, value: Shown, now: bool = True) -> None:
        """Send a bundle or an error behind everything printed before it.

        Args:
            value: what to send; displays and results count against the cell's budget.
            now: False lets it wait for the frame that follows at once.
        """
        if self._child is not None:
            return
        value = self._placed(value)
        data = encode(value)
        with self._whole:
            self._drain()
            if isinstance(value, DisplayFrame) and self._is_shown_late(value, len(data)):
                return
            self._come_about()
            self._flush(push=now)
            budget = self._places.budget
            if budget is not None and not budget.open:
                # Text that is held for the end belongs before what is shown now; before an error all of it does.
                budget.pass_on(TAIL if isinstance(value, ErrorFrame) else None)
            if isinstance(value, ErrorFrame) or self._places.admits(len(data)):
                self._send_shown(value, data)
                if now:
                    self.writer.push()
        self._wait_for_room()

    def _placed(self, value: Shown) -> Shown:
        """Return what is to be shown as it stands where output goes now."""
        if self._before:
            # Of a run that is over no value of a cell can come.
            if isinstance(value, ResultFrame):
                value = DisplayFrame(self._run, value.data, value.metadata)
            value = replace(value, run=self._run)
        return replace(value, area=self._places.here) if self._places.here else value

    def _send_shown(self, value: Shown, data: bytes) -> None:
        if isinstance(value, DisplayFrame) and value.display:
            self._note(value.display, self._run, value.area, len(data))
        self._send(self._run, value.area, data)
        recorder = self.recorders.get((self._run, value.area)) if self.recorders else None
        if recorder is not None:
            recorder.shown(value)

    def stopping(self) -> None:
        """Tell the worker, once in a run, that its code has been interrupted: it need not be signalled again."""
        if self._child is None and (self._before[0].open if self._before else self._open) and not self._told:
            self._told = True
            with self._whole:
                self._put(encode(StoppingFrame(self._before[0].run if self._before else self._run)), True)

    @property
    def asking(self) -> str:
        """The run for whose cell the caller acts.

        "" where none goes on, an earlier one left the caller, or output goes to another cell's.
        """
        here = self._open and not self._before and self.origins.of_caller() == self._run
        return self._run if here else ""

    def tell(self, value: OpenFrame | StateFrame | CloseFrame) -> None:
        """Send what happens to a channel of the cell, behind everything printed before it."""
        with self._whole:
            self._drain()
            self._flush(push=False)
            budget = self._places.budget
            if budget is not None and not budget.open:
                budget.pass_on()
            self._replacing.flush_held()
            self._put(encode(value), True)

    def finish(self, status: str, seconds: float, cpu: float, shape: str = "", names: TextNames = NOTHING) -> None:
        """Send the rest of the run's output and its `done`, with what its text says of itself.

        The cell is over: interrupts are dropped here.
        """
        with self._whole:
            self._return()
            unshown = self._close()
            if unshown:
                self._stream(
                    self._run, OWN, "stderr", f"{unshown} more outputs of this cell were not shown.\n".encode()
                )
            self._live = False
            self._late.add(self._run, self._places)
            reads, writes = " ".join(names.reads), " ".join(names.writes)
            self._put(encode(DoneFrame(self._run, status, seconds, cpu, shape, reads, writes)), True)
        self.settle()

    def _close(self) -> int:
        """Send all that is left of the run; returns how many displays were not shown."""
        # What lies in the pipes was printed before the cell's end, and must stand before it.
        self.capture.finish(self._piped)
        self._flush(push=False)
        unshown = self._places.finish(self._spilled)
        self._replacing.flush()
        self._open = False
        return unshown

    def answer(self, value: FromSession) -> None:
        """Send a frame that belongs to no run."""
        with self._whole:
            self._put(encode(value), True)
        self.settle()

    def forked(self) -> None:
        """In a forked child: print through the inherited pipes, never on the worker's socket."""
        self._whole = Whole(self._whole.interrupts)
        self._child = LinePrinter()
        self._buffer = TextBuffer()
        self.capture.close()

    def update(self, display: str, data: Mapping[str, Any], metadata: Mapping[str, Any]) -> None:
        """Put a bundle in place of everything that was shown under a display id, also of cells that are over."""
        if self._child is not None:
            return
        with self._whole:
            for run, before in self._displays.runs(display, self._is_known):
                frame = encode(UpdateFrame(run, display, data, metadata))
                growth = len(frame) - before
                places = None if run in self._late else self._places_of(run)
                grows = self._late.grows(run, growth) if places is None else places.grows(growth)
                if len(frame) > MAX_FRAME or not grows:
                    continue
                self._displays.note(display, run, len(frame))
                self._replacing.update((run, display), frame)
            if self._replacing.due is not None:
                self._wake()
            self.writer.push()
        self._wait_for_room()

    def _is_known(self, run: str) -> bool:
        return self._places_of(run) is not None

    def _note(self, display: str, run: str, area: int, size: int) -> None:
        self._displays.note(display, run, size)
        self._replacing.shows(run, area, display)

    def _is_shown_late(self, value: DisplayFrame, size: int) -> bool:
        """Send what the caller shows, if it belongs to a run that is over."""
        run = self.origins.of_caller()
        if self._open and (run == self._run or any(each.open and each.run == run for each in self._before)):
            return False
        self._come_about_late(run)
        if self._late.admits(run, size):
            if value.display:
                self._note(value.display, run, OWN, size)
            self._send(run, OWN, encode(replace(value, run=run, area=OWN)))
            self.writer.push()
        return True

    def _spilled(self, path: str, omitted: Omitted, dropped: int) -> None:
        self._send(self._run, OWN, encode(SpilledFrame(self._run, path, omitted.bytes, omitted.lines, dropped)))
