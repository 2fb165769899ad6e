"""input() and getpass.getpass(): the running cell asks, and waits until somebody answers, or stops it.

A question is a channel of the cell (wire/session/channels.py): what opens it shows a field to everybody who may run.
Prompt and answer are printed when it is answered, so that they stay where the field was; of a password only that there
was one. An answer may arrive after its question is over, when both cross: what is not for the open channel is dropped.
"""

from __future__ import annotations

import builtins
import contextlib
import getpass
import os
import threading
from collections.abc import Callable, Iterator

from sagews.session.asking.numbers import ChannelNumbers
from sagews.session.asking.requests import Requests
from sagews.session.evaluation.tracebacks import bounded
from sagews.session.help.bystander import Bystander
from sagews.session.output.interrupts import Interrupts
from sagews.session.output.output import SessionOutput
from sagews.wire.session.channels import INPUT, MAX_CHANNELS, MAX_PROMPT, CloseFrame, MessageFrame, OpenFrame
from sagews.wire.session.frames import CompleteFrame, InspectFrame
from sagews.wire.session.framing import ProtocolError

# As long as no password is.
DOTS = "········"
NOT_HERE = (
    "A question can only be asked by the cell that runs: not from a thread, another process, or a task that an earlier "
    "cell left. Ask before you start it, and hand the answer over."
)
NOT_BEHIND = (
    "The function of an interact can't ask questions: make what you want to know one of its controls, "
    "for instance name=input_box('')."
)
NOBODY = "Nobody can answer a question here. Write the value into the code instead."
TOO_MANY = f"A cell may ask at most {MAX_CHANNELS} questions."


class Questions:
    """Asks for the cell that runs, one question at a time.

    Args:
        output: where questions, and what was answered, go.
        requests: where answers come from.
        interrupts: so that none tears the opening or the closing of a channel.
        numbers: of channels.
        bystander: answers what is asked about names meanwhile, and gives the socket back.

    Attributes:
        behind: returns whether what runs is no cell, so that nobody is shown what it asks.
    """

    def __init__(
        self,
        output: SessionOutput,
        requests: Requests,
        interrupts: Interrupts,
        numbers: ChannelNumbers,
        bystander: Bystander,
    ) -> None:
        self._output = output
        self._requests = requests
        self._interrupts = interrupts
        self._numbers = numbers
        self._bystander = bystander
        self.behind: Callable[[], bool] = lambda: False
        self._open: OpenFrame | None = None

    def install(self) -> None:
        """Take the places of Python's own functions."""
        process = os.getpid()

        def ask(prompt: object, *, hidden: bool) -> str:
            if os.getpid() != process or threading.current_thread() is not threading.main_thread():
                raise EOFError(NOT_HERE)
            return self.ask(str(prompt), hidden=hidden)

        def input(prompt: object = "", /) -> str:
            """Ask whoever looks at the cell for a line of text, and return it without its end."""
            return ask(prompt, hidden=False)

        def secret(prompt: object = "Password: ", stream: object = None) -> str:
            """Ask whoever looks at the cell for a password, which is neither shown nor kept, and return it."""
            return ask(prompt, hidden=True)

        builtins.input = input
        getpass.getpass = secret

    def ask(self, prompt: str, *, hidden: bool) -> str:
        """Ask, wait for the answer, and return it.

        Args:
            prompt: what stands before the field; of more than MAX_PROMPT bytes the middle is left out.
            hidden: whether the answer is neither shown while it is typed nor printed.

        Raises:
            EOFError: nobody can answer.
            KeyboardInterrupt: the cell was stopped.
        """
        run = self._output.asking
        if not run:
            raise EOFError(NOT_HERE)
        if self.behind():
            raise EOFError(NOT_BEHIND)
        prompt = bounded(prompt, MAX_PROMPT)
        said = prompt
        try:
            with self._untorn():
                self._bystander.pause()
            self._begin(run, {"prompt": prompt, "hidden": hidden})
            answer = self._answer()
            said = f"{prompt}{DOTS if hidden else answer}"
        finally:
            with self._untorn():
                self._bystander.begin()
            self._end(f"{said}\n" if said else "")
        return answer

    def _begin(self, run: str, body: dict[str, object]) -> None:
        with self._untorn():
            number = self._numbers.next(run, lasts=False)
            if number is None:
                raise EOFError(TOO_MANY)
            # One that a second interrupt left open, while it was being closed for the first.
            self._close()
            self._open = OpenFrame(run, number, INPUT, body)
            self._output.tell(self._open)

    def _end(self, said: str) -> None:
        # Not whole: it may wait for a worker that does not read, and must hear an interrupt then.
        if self._open is not None and said:
            self._output.write("stdout", said)
        with self._untorn():
            self._close()

    def _close(self) -> None:
        opened, self._open = self._open, None
        # What was open when its run was over is closed by that.
        if opened is not None and opened.run == self._output.asking:
            self._output.tell(CloseFrame(opened.run, opened.channel))

    def _answer(self) -> str:
        while True:
            if not self._requests.waiting:
                self._requests.wait()
                with self._untorn():
                    self._read()
            with self._untorn():
                while self._requests.waiting:
                    found = self._take()
                    if found is not None:
                        return found

    def _read(self) -> None:
        if not self._requests.read():
            # Without a worker nobody can ever see or use this session again.
            os._exit(0)

    def _take(self) -> str | None:
        """Return the answer, if the next request is that; while a cell runs nothing else has a place here."""
        try:
            request = self._requests.take()
        except ProtocolError:
            # In the cell it could be caught, and nothing that follows it can be read.
            os._exit(1)
        if isinstance(request, (CompleteFrame, InspectFrame)):
            self._bystander.answer(request)
            return None
        opened = self._open
        if opened is None or not isinstance(request, (MessageFrame, CloseFrame)):
            return None
        if (request.run, request.channel) != (opened.run, opened.channel):
            if isinstance(request, CloseFrame):
                # Of an interact whose output was cleared meanwhile.
                self._requests.postpone(request)
            return None
        if isinstance(request, CloseFrame):
            raise EOFError(NOBODY)
        return str(request.body["text"])

    @contextlib.contextmanager
    def _untorn(self) -> Iterator[None]:
        self._interrupts.guards += 1
        try:
            yield
        finally:
            self._interrupts.guards -= 1
            self._interrupts.deliver()
