"""Real session processes for tests: a small zygote forks them, without any jail, as the launcher's zygotes do."""

from __future__ import annotations

import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from sagews.wire.session.frames import (
    MAX_FRAME_FROM_SESSION,
    CompleteFrame,
    DisplayFrame,
    DoneFrame,
    ErrorFrame,
    FromSession,
    InspectFrame,
    ReadyFrame,
    RemoveFrame,
    ResultFrame,
    RunFrame,
    StoppingFrame,
    StreamFrame,
)
from sagews.wire.session.framing import FrameReader
from sagews.wire.session.grammar import encode, parse_from_session
from sagews.wire.session.variables import VariablesFrame
from sagews.worker.kinds.evaluation.stopping import PAUSES

ROOT = Path(__file__).resolve().parents[2]
# Longer than any machine needs, however busy it is: only a fault takes so long.
PATIENCE = 300.0

ZYGOTE = """
import gc, os, signal, socket, sys
from sagews.session.preload import flavours
from sagews.session.evaluation import loop
control, flavour = socket.socket(fileno=int(sys.argv[1])), sys.argv[2]
flavours.preload(flavour)
gc.freeze()
signal.signal(signal.SIGCHLD, signal.SIG_IGN)
control.send(b"ready")
while True:
    home, descriptors, _, _ = socket.recv_fds(control, 4096, 1)
    if not home:
        break
    child = os.fork()
    if not child:
        control.close()
        os.environ["HOME"] = home.decode()
        flavours.prepare()
        os._exit(loop.serve(descriptors[0], flavour))
    os.close(descriptors[0])
    control.send(str(child).encode())
"""


def interpreter(flavour: str) -> str:
    """Return the Python that has the flavour's libraries, named by the environment; else the one of the tests."""
    return os.environ.get(f"SAGEWS_TEST_{flavour.upper()}", sys.executable)


class Zygote:
    """A process that has loaded a flavour and forks sessions."""

    def __init__(self, flavour: str) -> None:
        self.flavour = flavour
        self._folder = tempfile.TemporaryDirectory()
        self._control, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        environment = {
            "HOME": self._folder.name,
            "PYTHONPATH": str(ROOT),
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "OPENBLAS_NUM_THREADS": "1",
            "OMP_NUM_THREADS": "1",
        }
        with theirs:
            self.process = subprocess.Popen(
                [interpreter(flavour), "-c", ZYGOTE, str(theirs.fileno()), flavour],
                pass_fds=[theirs.fileno()],
                env=environment,
            )
        self._control.settimeout(PATIENCE)
        if self._control.recv(100) != b"ready":
            raise AssertionError(f"the {flavour} zygote did not start")

    def session(self) -> Session:
        """Fork a session with an empty home."""
        home = tempfile.TemporaryDirectory()
        ours, theirs = socket.socketpair()
        with theirs:
            socket.send_fds(self._control, [home.name.encode()], [theirs.fileno()])
        return Session(ours, int(self._control.recv(100)), home)

    def close(self) -> None:
        """End the zygote."""
        self._control.close()
        self.process.wait(PATIENCE)
        self._folder.cleanup()


class Session:
    """The worker's end of one session."""

    def __init__(self, connection: socket.socket, pid: int, home: tempfile.TemporaryDirectory[str]) -> None:
        self.connection = connection
        self.connection.settimeout(PATIENCE)
        self.pid = pid
        self.home = Path(home.name)
        self._folder = home
        self._frames = self._read()
        self._number = 0
        # The runs that said that they were interrupted, each as often as it did.
        self.told: list[str] = []
        self._pressing = False
        ready = next(self._frames)
        if not isinstance(ready, ReadyFrame):
            raise AssertionError(f"{ready} came first")
        self.ready = ready

    def start(self, source: str, mode: str = "python", shows: str = "all", cell: str = "") -> str:
        """Send a cell, a new one unless its id is given, and return its run's id."""
        self._number += 1
        run, cell = str(uuid.uuid4()), cell or f"cell{self._number}"
        self.connection.sendall(encode(RunFrame(run, cell, self._number, source, mode, shows)))
        return run

    def begin(self, source: str, mode: str = "python") -> str:
        """Send a cell and return its run's id when it has begun to run: an interrupt strikes it from then on."""
        run = self.start(f"print('begun')\n{source}", mode)
        self.next()
        return run

    def run(self, source: str, mode: str = "python", shows: str = "all", cell: str = "") -> list[FromSession]:
        """Run a cell and return its frames, `done` last."""
        self.start(source, mode, shows, cell)
        return self.rest()

    def rest(self) -> list[FromSession]:
        """Return the frames up to `done`."""
        found: list[FromSession] = []
        while not found or not isinstance(found[-1], DoneFrame):
            found.append(self.next())
        return found

    def next(self) -> FromSession:
        """Return the next frame."""
        return next(self._frames)

    def ask(self, request: CompleteFrame | InspectFrame | RemoveFrame | VariablesFrame) -> Any:
        """Send a request for help and return the answer."""
        self.connection.sendall(encode(request))
        return self.next()

    def interrupt(self) -> None:
        """Send SIGINT."""
        os.kill(self.pid, signal.SIGINT)

    def stop(self) -> list[FromSession]:
        """Press Stop as the worker does, again until it is heard, and return the frames up to `done`."""
        self._pressing = True
        self.interrupt()
        frames = self.rest()
        self._pressing = False
        return frames

    def close(self) -> None:
        """Hang up."""
        self.connection.close()
        self._folder.cleanup()

    def _receive(self) -> bytes:
        for pause in PAUSES:
            if not self._pressing or select.select([self.connection], [], [], pause)[0]:
                break
            self.interrupt()
        return self.connection.recv(1 << 16)

    def _read(self) -> Iterator[FromSession]:
        reader = FrameReader(MAX_FRAME_FROM_SESSION)
        while data := self._receive():
            for payload in reader.feed(data):
                value = parse_from_session(payload)
                if isinstance(value, StoppingFrame):
                    self.told.append(value.run)
                    self._pressing = False
                else:
                    yield value


def printed(frames: list[FromSession], name: str = "stdout") -> str:
    """Return what was printed."""
    return "".join(frame.text for frame in frames if isinstance(frame, StreamFrame) and frame.name == name)


def values(frames: list[FromSession]) -> list[str]:
    """Return the values that were shown, as text."""
    return [str(frame.data.get("text/plain")) for frame in frames if isinstance(frame, ResultFrame)]


def displays(frames: list[FromSession]) -> list[DisplayFrame]:
    """Return what was displayed."""
    return [frame for frame in frames if isinstance(frame, DisplayFrame)]


def error(frames: list[FromSession]) -> ErrorFrame:
    """Return the one error."""
    (found,) = [frame for frame in frames if isinstance(frame, ErrorFrame)]
    return found


def status(frames: list[FromSession]) -> str:
    """Return how the run ended."""
    (done,) = [frame for frame in frames if isinstance(frame, DoneFrame)]
    return done.status


def wait_until(condition: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait for a condition; AssertionError when it does not come true in a time that only a fault needs."""
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError("it did not come true")
        time.sleep(0.01)


def gone(pid: int, seconds: float = PATIENCE) -> bool:
    """Whether a process ends within some seconds."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.02)
    return False
