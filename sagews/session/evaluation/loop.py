"""The session's main loop: takes one request after the other from the worker's socket until it closes."""

from __future__ import annotations

import contextlib
import ctypes
import os
import socket
import sys

from sagews.session.asking.numbers import ChannelNumbers
from sagews.session.asking.questions import Questions
from sagews.session.asking.requests import Requests
from sagews.session.display.displayhook import stage
from sagews.session.evaluation.evaluator import Evaluator
from sagews.session.evaluation.loaded import loaded
from sagews.session.help.bystander import Bystander
from sagews.session.help.introspection import Helper
from sagews.session.interact import namespace
from sagews.session.interact.interacts import SessionInteracts
from sagews.session.interact.room import ChannelRoom
from sagews.session.magics import processes, shell
from sagews.session.output.fd_capture import Capture
from sagews.session.output.frame_writer import FrameWriter
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import SessionOutput
from sagews.session.output.pump import Pump
from sagews.session.output.streams import PrintedText
from sagews.session.widgets import adjusting
from sagews.session.widgets.views import SessionWidgets
from sagews.wire.session.channels import CloseFrame
from sagews.wire.session.frames import (
    CompleteFrame,
    InspectFrame,
    ReadyFrame,
    RemovedFrame,
    RemoveFrame,
    RunFrame,
    ToSession,
)
from sagews.wire.session.framing import ProtocolError
from sagews.wire.session.variables import VariablesFrame

LONG = 0.05
_libc = ctypes.CDLL(None)


def serve(socket_fd: int, flavour: str) -> int:
    """Serve one worker until it closes the socket.

    Args:
        socket_fd: a connected stream socket; owned from now on.
        flavour: what the zygote has loaded.

    Returns:
        The process's exit status: 0 after the worker closed, 1 after a frame out of form.
    """
    os.set_inheritable(socket_fd, False)
    connection = socket.socket(fileno=socket_fd)
    connection.setblocking(True)
    session = EvaluationLoop(connection, flavour)
    session.start()
    try:
        session.run()
    except ProtocolError as error:
        os.write(2, f"the worker sent a frame out of form: {error.reason}\n".encode("utf-8", "replace"))
        return 1
    return 0


class EvaluationLoop:
    """One session: its socket, its output, its evaluator."""

    def __init__(self, connection: socket.socket, flavour: str) -> None:
        self._requests = Requests(connection)
        self._flavour = flavour
        self._home = os.path.expanduser("~")
        self._interrupts = Interrupts()
        self._pump = Pump(connection)
        self._output = SessionOutput(FrameWriter(connection), Capture(), self._interrupts, self._home, self._pump.wake)
        self._evaluator = Evaluator(self._output, self._interrupts, loaded(flavour))
        self._helper = Helper(self._evaluator, self._output)
        self._bystander = Bystander(self._requests, self._output, self._evaluator.namespace)
        numbers = ChannelNumbers()
        self._questions = Questions(self._output, self._requests, self._interrupts, numbers, self._bystander)
        room = ChannelRoom(self._output, numbers)
        self._interacts = SessionInteracts(self._output, self._evaluator, room)
        self._widgets = SessionWidgets(self._output, self._evaluator, room)
        self._evaluator.before_done = self._cell_ends
        self._questions.behind = lambda: self._interacts.evaluating or self._widgets.evaluating

    def start(self) -> None:
        """Take over output, input and SIGINT, and tell the worker that cells may come."""
        self._settle_in()
        self._interrupts.install()
        self._interrupts.heard = self._output.stopping
        self._take_over_streams()
        stage.output = self._output
        self._output.origins.install()
        shell.use(self._evaluator.shell)
        self._evaluator.background.install()
        self._interacts.install()
        namespace.use(self._interacts)
        adjusting.install(self._widgets)
        if loaded(self._flavour).preparse is not None:
            self._evaluator.beginning.expect_startup()
        self._pump.start(self._output)
        self._bystander.start()
        os.register_at_fork(after_in_child=self._forked)
        self._output.answer(ReadyFrame(self._flavour, loaded(self._flavour).versions))

    def _settle_in(self) -> None:
        """Make the home the place where files are looked for. A home that can't be used is no reason to fail."""
        # A group of its own, so that Stop can signal what cells start and nobody else. Refused where it has one.
        with contextlib.suppress(OSError):
            os.setpgid(0, 0)
        os.system = processes.system
        with contextlib.suppress(OSError):
            os.chdir(self._home)
            os.makedirs(".sage", exist_ok=True)
        # Last, so that a file in the home that is named as a module does not break what libraries import.
        sys.path[:] = [*(folder for folder in sys.path if folder), self._home]

    def run(self) -> None:
        """Answer requests until the worker closes the socket."""
        while (request := self._next()) is not None:
            self._answer(request)

    def _next(self) -> ToSession | None:
        requests, background = self._requests, self._evaluator.background
        if (postponed := requests.postponed()) is not None:
            return postponed
        while not requests.waiting:
            # Tasks that cells left behind go on meanwhile; what strikes them is no end of the session.
            self._evaluator.attempt(lambda: background.until_readable(requests.descriptor))
            requests.wait()
            if not requests.read():
                return None
        return requests.take()

    def _answer(self, request: ToSession) -> None:
        if isinstance(request, RunFrame):
            self._interacts.cell_begins(request)
            self._widgets.cell_begins(request)
            self._bystander.begin()
            if self._evaluator.run(request) > LONG:
                # A plot leaves some 12 MB of free pages in the heap, which an idle session need not hold.
                _libc.malloc_trim(0)
        elif isinstance(request, (CompleteFrame, InspectFrame, VariablesFrame)):
            self._helper.answer(request)
        elif isinstance(request, RemoveFrame):
            self._output.answer(RemovedFrame(request.request, self._evaluator.remove(request.names)))
        elif isinstance(request, CloseFrame):
            self._interacts.close(request)
            self._widgets.close(request)
        elif "serial" in request.body and not self._widgets.message(request):
            self._interacts.message(request)
        # What is left is an answer that crossed with the end of its question.

    def _cell_ends(self) -> None:
        self._bystander.end()
        self._widgets.cell_ends()

    def _take_over_streams(self) -> None:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 0)
        os.close(null)
        self._output.capture.install()
        sys.stdout = sys.__stdout__ = PrintedText(self._output, "stdout", 1)  # type: ignore[misc,assignment]
        sys.stderr = sys.__stderr__ = PrintedText(self._output, "stderr", 2)  # type: ignore[misc,assignment]
        self._questions.install()

    def _forked(self) -> None:
        """What a forked child must not share with its parent: the socket and the pipes' read ends."""
        self._pump.forked()
        self._output.forked()
