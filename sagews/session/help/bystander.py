"""Answers completion, signatures and help while a cell runs: a thread that only looks (untouched.py).

It takes the requests from the worker's socket once a cell has run for a while, and gives the socket back at the cell's
end; a cell that is short is never disturbed. It never imports, calls or prints anything of a person's. While compiled
code holds the interpreter's lock it can't answer: the worker waits a moment, and then somebody else is asked.
"""

from __future__ import annotations

import ctypes
import os
import select
import threading
from collections.abc import Mapping
from typing import Any

from sagews.session.asking.requests import Requests
from sagews.session.help import inspection, signatures, untouched
from sagews.session.output.interrupts import all_blocked
from sagews.session.output.output import SessionOutput
from sagews.wire.session.frames import CompleteFrame, CompletionsFrame, InspectFrame, InspectionFrame
from sagews.wire.session.framing import ProtocolError

# Nanoseconds that a cell runs before somebody may ask.
PATIENCE = 50_000_000
Asked = CompleteFrame | InspectFrame
# With the interpreter's lock held: letting go of it for so short a call costs more than the call.
_libc = ctypes.PyDLL(None)
_MONOTONIC, _FLAGS = 1, os.O_CLOEXEC | os.O_NONBLOCK


class Bystander:
    """The thread.

    Args:
        requests: where questions come from.
        output: takes the answers.
        namespace: the globals of all cells.
    """

    def __init__(self, requests: Requests, output: SessionOutput, namespace: Mapping[str, Any]) -> None:
        self._requests = requests
        self._output = output
        self._namespace = namespace
        self._timer = _libc.timerfd_create(_MONOTONIC, _FLAGS)
        self._soon = (ctypes.c_long * 4)(0, 0, 0, PATIENCE)
        self._never = (ctypes.c_long * 4)(0, 0, 0, 0)
        self._running = False

    def start(self) -> None:
        """Start the thread, with every signal blocked: those are the main thread's."""
        thread = threading.Thread(target=self._run, name="sagews-help", daemon=True)
        with all_blocked():
            thread.start()

    def begin(self) -> None:
        """A cell begins to run."""
        self._running = True
        _libc.timerfd_settime(self._timer, 0, self._soon, None)

    def pause(self) -> bool:
        """Give the socket back, until the next `begin`; return whether it was lent."""
        self._running = False
        _libc.timerfd_settime(self._timer, 0, self._never, None)
        return self._requests.take_back()

    def end(self) -> None:
        """The cell is over, but for its `done`. What it kept from being answered is answered with nothing."""
        if self.pause():
            for request in self._requests.take_questions():
                self._output.answer(nothing(request))

    def answer(self, request: Asked) -> None:
        """Answer one question, from whichever thread read it."""
        self._output.answer(self._found(request))

    def _run(self) -> None:
        timer, both = select.poll(), select.poll()
        timer.register(self._timer, select.POLLIN)
        both.register(self._requests.descriptor, select.POLLIN)
        while True:
            timer.poll()
            try:
                os.read(self._timer, 8)
            except BlockingIOError:
                # Its cell has just ended.
                continue
            self._requests.lend(lambda: self._running)
            while self._requests.lent:
                both.poll()
                self._take()

    def _take(self) -> None:
        try:
            for request in self._requests.read_lent():
                self.answer(request)
        except ProtocolError:
            # Nothing that follows it can be read.
            os._exit(1)

    def _found(self, request: Asked) -> CompletionsFrame | InspectionFrame:
        try:
            if isinstance(request, CompleteFrame):
                start, end, matches = untouched.complete(request.code, request.cursor, self._namespace)
                return CompletionsFrame(request.request, start, end, tuple(matches))
            return inspected(request, self._namespace)
        except Exception:
            # The cell changes what is looked at meanwhile.
            return nothing(request)


def inspected(request: InspectFrame, namespace: Mapping[str, Any]) -> InspectionFrame:
    """Return what can be said of a name without running code."""
    if request.detail == inspection.SIGNATURE:
        told = signatures.told(request.code, request.cursor, lambda call: signatures.callee_untouched(call, namespace))
        return InspectionFrame(request.request, told is not None, {signatures.MIME: told} if told else {})
    name = inspection.name_at(request.code, request.cursor)
    text = inspection.describe_untouched(name, namespace)
    return InspectionFrame(request.request, bool(text), {"text/plain": text} if text else {})


def nothing(request: Asked) -> CompletionsFrame | InspectionFrame:
    """Return the answer of somebody who knows nothing."""
    if isinstance(request, CompleteFrame):
        return CompletionsFrame(request.request, request.cursor, request.cursor, ())
    return InspectionFrame(request.request, False, {})
