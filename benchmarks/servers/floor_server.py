"""The floor: the least that a daemon of this shape can be, as a bar that nothing with this architecture gets below.

Twisted and autobahn, a zygote that has loaded its libraries, one fork with a session, limits and a user id of its own
for each websocket, and JSON lines relayed over a unix socket pair. It has neither TLS, login, database, CRDT,
isolation nor flow control: what ours costs beyond it is the price of these.

    client → floor                                   floor → client
      edit     edit, at, delete, insert                saved     edit
      run      run                                     result    run, text
      restart                                          - (the fresh session evaluates what comes next)

Run as a program it prints its port on the first line; the option --bare leaves the libraries out.
"""

from __future__ import annotations

import array
import gc
import importlib
import json
import os
import resource
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from autobahn.twisted.websocket import WebSocketServerFactory, WebSocketServerProtocol
from twisted.internet import reactor
from twisted.internet.protocol import Factory, Protocol

LIBRARIES = ("numpy", "sympy", "matplotlib.pyplot")
NOBODY = 65534
CHUNK = 65536


def zygote(control: socket.socket, libraries: tuple[str, ...]) -> None:
    """Load, freeze what is loaded, then fork a session for every socket that arrives, until the server is gone."""
    for name in libraries:
        importlib.import_module(name)
    # Without this the first collection in each child would write to, and so copy, every page with an object on it.
    gc.collect()
    gc.freeze()
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    control.send(b"ready")
    while True:
        message, ancillary, _, _ = control.recvmsg(16, socket.CMSG_SPACE(4))
        if not message:
            return
        end = socket.socket(fileno=array.array("i", ancillary[0][2])[0])
        if os.fork() == 0:
            control.close()
            session(end)
        end.close()


def session(end: socket.socket) -> None:
    """Put on what a session has at the least, then evaluate lines until the other end is closed."""
    os.setsid()
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_NPROC, (64, 64))
    if os.geteuid() == 0:
        os.setresgid(NOBODY, NOBODY, NOBODY)
        os.setresuid(NOBODY, NOBODY, NOBODY)
    names: dict[str, Any] = {}
    rest = b""
    while received := end.recv(CHUNK):
        *lines, rest = (rest + received).split(b"\n")
        for line in lines:
            asked = json.loads(line)
            value = eval(compile(asked["source"], "<cell>", "eval"), names)  # noqa: S307 - sessions exist to evaluate
            end.sendall(json.dumps({"type": "result", "run": asked["run"], "text": repr(value)}).encode() + b"\n")
    os._exit(0)


class Session(Protocol):
    """The server's end of one session's socket: a line that comes is a frame for the websocket."""

    def __init__(self, show: Callable[[bytes], None]) -> None:
        self._show = show
        self._rest = b""

    def dataReceived(self, data: bytes) -> None:
        """Relay whole lines."""
        *lines, self._rest = (self._rest + data).split(b"\n")
        for line in lines:
            self._show(line)


class Page(WebSocketServerProtocol):
    """One websocket, its text and its session."""

    # Twisted's transports and autobahn's factories have no types for what they offer here.
    transport: Any
    factory: Any
    session: Any = None
    text = "1+1"

    def onOpen(self) -> None:
        """Start a session at once, but not at /idle. autobahn's own option for Nagle's algorithm has no effect here."""
        self.transport.setTcpNoDelay(True)
        if self.http_request_path != "/idle":
            self._start()

    def _start(self) -> None:
        ours, theirs = socket.socketpair()
        self.factory.control.sendmsg(
            [b"fork"], [(socket.SOL_SOCKET, socket.SCM_RIGHTS, array.array("i", [theirs.fileno()]))]
        )
        theirs.close()
        ours.setblocking(False)
        self.session = Session(self.sendMessage)
        relay: Any = reactor
        relay.adoptStreamConnection(ours.fileno(), socket.AF_UNIX, Factory.forProtocol(lambda: self.session))
        # Twisted has a duplicate of its own.
        ours.close()

    def onMessage(self, payload: bytes, isBinary: bool) -> None:
        """Apply an edit, hand a run to the session, or begin anew."""
        message = json.loads(payload)
        if message["type"] == "edit":
            at = message["at"]
            self.text = self.text[:at] + message["insert"] + self.text[at + message["delete"] :]
            self.sendMessage(json.dumps({"type": "saved", "edit": message["edit"]}).encode())
        elif message["type"] == "run":
            line = json.dumps({"run": message["run"], "source": self.text}).encode() + b"\n"
            self.session.transport.write(line)
        elif message["type"] == "restart":
            self.session.transport.loseConnection()
            self._start()

    def onClose(self, wasClean: bool, code: int, reason: str) -> None:
        """End the session with its websocket."""
        if self.session is not None:
            self.session.transport.loseConnection()


def start_zygote(libraries: bool) -> socket.socket:
    """Start the zygote as a program of its own, so that it carries nothing of Twisted, and wait until it is ready."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    option = [] if libraries else ["--bare"]
    command = [sys.executable, "-m", __spec__.name, "--zygote", str(theirs.fileno()), *option]
    subprocess.Popen(command, pass_fds=[theirs.fileno()])
    theirs.close()
    if ours.recv(16) != b"ready":
        raise RuntimeError("the floor's zygote did not start")
    return ours


def serve(libraries: bool) -> None:
    """Listen on a free port of loopback and print it."""
    factory: Any = WebSocketServerFactory()
    factory.protocol = Page
    factory.setProtocolOptions(autoPingInterval=25, autoPingTimeout=20)
    factory.control = start_zygote(libraries)
    loop: Any = reactor
    port = loop.listenTCP(0, factory, interface="127.0.0.1", backlog=512)
    sys.stdout.write(f"{port.getHost().port}\n")
    sys.stdout.flush()
    loop.run()


def main() -> None:
    """Be the server, or with --zygote its zygote."""
    libraries = "--bare" not in sys.argv
    if "--zygote" in sys.argv:
        number = int(sys.argv[sys.argv.index("--zygote") + 1])
        zygote(socket.socket(fileno=number), LIBRARIES if libraries else ())
    else:
        serve(libraries)


if __name__ == "__main__":
    main()
