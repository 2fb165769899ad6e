"""A blocking client of the launcher, for tests and benchmarks: starts one, speaks its packets, runs cells."""

from __future__ import annotations

import base64
import contextlib
import glob
import json
import os
import select
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import sagews
from sagews.kernel.packets import Channel
from sagews.model.identifiers import new_id
from sagews.model.sessions import Limits
from sagews.wire import launcher as wire

PACKAGE = Path(sagews.__file__).resolve().parent
LIMITS = Limits(memory=512 * 2**20, processes=64, file=64 * 2**20, home=64 * 2**20, cpu_seconds=600)
PERMITTED = {
    "memory": 2**32, "processes": 256, "file": 2**30, "home": 2**30, "cpu_seconds": 86400, "disk": 2**31,
}  # fmt: skip
# Longer than any machine needs, however busy it is: only a fault takes so long.
FILES = "text/vnd.sagews.files"
PATIENCE = 120.0
NOBODY = 65534


class Launcher:
    """A running launcher.

    Args:
        folder: an empty folder for its permits and homes.
        flavours: session interpreter of each flavour.
        pools: what it is configured with; None: it is not configured.
        minimum: least level, in the permits and in the configuration.
        wanted: level to ask for.
        uid: start it as an ordinary user of this uid.
        overrides: fields of the permits file that differ.
    """

    def __init__(
        self,
        folder: Path,
        flavours: Mapping[str, str] | None = None,
        pools: Mapping[str, int] | None = None,
        minimum: str = "userns",
        wanted: str = "auto",
        uid: int | None = None,
        overrides: Mapping[str, Any] | None = None,
    ) -> None:
        self.folder = folder
        self.uid = uid
        self.homes = Path((overrides or {}).get("homes", folder / "homes"))
        self.permits = folder / "launcher.json"
        self._write_permits(flavours or {}, minimum, overrides or {})
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        command = [sys.executable, "-I", str(PACKAGE / "launcher" / "main.py"), str(theirs.fileno()), str(self.permits)]
        if uid is not None:
            command = ["setpriv", f"--reuid={uid}", f"--regid={uid}", "--clear-groups", *command]
        self.process = subprocess.Popen(command, pass_fds=[theirs.fileno()])
        theirs.close()
        self.control = Channel(ours)
        self.replies: list[wire.Reply] = []
        self.hello = wire.LauncherInfo("none", {}, (), (0, 0))
        if pools is not None:
            self.ask(wire.Configure(pools, minimum, wanted))

    def _write_permits(self, flavours: Mapping[str, str], minimum: str, overrides: Mapping[str, Any]) -> None:
        values: dict[str, Any] = {
            "homes": str(self.homes),
            "package": str(PACKAGE),
            "flavours": dict(flavours),
            "uids": [300_000, 300_100],
            "minimum": minimum,
            "sessions": 50,
            "disk": {"images": True, "reserve": 0, "homes": 0},
            "limits": {**PERMITTED},
        }
        self.permits.write_text(json.dumps({**values, **overrides}))
        self.permits.chmod(0o644)
        if self.uid is not None:
            for path in (self.folder, self.permits):
                os.chown(path, self.uid, self.uid)

    def ask(self, request: wire.Request, descriptors: Sequence[int] = ()) -> None:
        """Send a request."""
        self.control.send(wire.format_packet(request), descriptors)

    def send(self, packet: bytes, descriptors: Sequence[int] = ()) -> None:
        """Send any bytes."""
        self.control.send(packet, descriptors)

    def expect(
        self,
        kind: type,
        seconds: float = PATIENCE,
        fits: Callable[[Any], bool] = lambda reply: True,
        **fields: Any,
    ) -> Any:
        """Return the next reply of a kind that fits and whose fields have these values; others are kept."""
        deadline = time.monotonic() + seconds
        while True:
            for reply in self.replies:
                if isinstance(reply, kind) and fits(reply) and all(getattr(reply, k) == v for k, v in fields.items()):
                    self.replies.remove(reply)
                    return reply
            self._hear(deadline)

    def _hear(self, deadline: float) -> None:
        left = deadline - time.monotonic()
        if left <= 0 or not select.select([self.control], [], [], left)[0]:
            raise TimeoutError(f"no such reply among {self.replies}")
        received = self.control.receive()
        if received is not None:
            self.replies.append(wire.parse_reply(received[0]))

    def open(self, flavour: str, workspace: str | None = None, limits: Limits = LIMITS) -> Session:
        """Start a session and wait until it has begun."""
        ours, theirs = socket.socketpair()
        id = new_id()
        with theirs:
            self.ask(wire.StartSession(id, workspace, flavour, limits), [theirs.fileno()])
        session = Session(self, id, ours, workspace)
        self.expect(wire.Started, id=id)
        return session

    def job(
        self,
        job: str,
        stdin: bytes = b"",
        workspace: str | None = None,
        *,
        access: str = wire.READ,
        arguments: Mapping[str, str] | None = None,
        seconds: int = 30,
        limits: Limits = LIMITS,
    ) -> tuple[wire.Exited, bytes, bytes]:
        """Run a job to its end; return its end, its standard output and its standard error."""
        id = new_id()
        files = [tempfile.TemporaryFile() for _ in range(3)]
        files[0].write(stdin)
        files[0].seek(0)
        request = wire.StartJob(id, job, workspace, access, arguments or {}, seconds, limits)
        self.ask(request, [file.fileno() for file in files])
        ended = self.expect(wire.Exited, id=id)
        files[1].seek(0)
        files[2].seek(0)
        output, errors = files[1].read(), files[2].read()
        for file in files:
            file.close()
        return ended, output, errors

    def refusal(self, request: wire.StartSession | wire.StartJob) -> str:
        """Return the code with which a session or job is refused."""
        ends = socket.socketpair()
        self.ask(request, [ends[0].fileno()] * wire.DESCRIPTORS[type(request)])
        for end in ends:
            end.close()
        refused: wire.Refused = self.expect(wire.Refused, id=request.id)
        return refused.code

    def home(self, workspace: str) -> Path:
        """Return where the files of a workspace's home can be seen from here, whatever its form."""
        homes = self.homes
        for pid in descendants(self.process.pid):
            for point, device in mounts_of(pid):
                if point.startswith(f"{homes}/") and backing_file(device).endswith(workspace):
                    return Path(f"/proc/{pid}/root{point}")
        return homes / workspace

    def stop(self) -> int:
        """Close the control socket and wait for the end; return the exit status."""
        self.control.close()
        return self.process.wait(PATIENCE)


class Session:
    """A session's socket, spoken to in blocking fashion."""

    def __init__(self, launcher: Launcher, id: str, sock: socket.socket, workspace: str | None = None) -> None:
        self.launcher = launcher
        self.workspace = workspace or ""
        self.id = id
        self.sock = sock
        self.number = 0

    def send(self, message: Mapping[str, Any]) -> None:
        """Send one frame."""
        body = json.dumps(message).encode()
        self.sock.sendall(struct.pack(">I", len(body)) + body)

    def receive(self, seconds: float = PATIENCE) -> dict[str, Any]:
        """Return the next frame; EOFError when the session is gone."""
        self.sock.settimeout(seconds)
        length = struct.unpack(">I", self._exactly(4))[0]
        message: dict[str, Any] = json.loads(self._exactly(length))
        return message

    def _exactly(self, count: int) -> bytes:
        data = b""
        while len(data) < count:
            try:
                piece = self.sock.recv(count - len(data))
            except ConnectionError:
                piece = b""
            if not piece:
                raise EOFError
            data += piece
        return data

    def begin(self, source: str) -> str:
        """Send a cell; return its run's name."""
        self.number += 1
        run = new_id()
        cell = {"type": "run", "run": run, "cell": "abcdef", "number": self.number, "source": source}
        self.send({**cell, "mode": "python", "shows": "last"})
        return run

    def await_print(self) -> None:
        """Wait until the cell that was begun prints something."""
        while self.receive(PATIENCE)["type"] != "stream":
            pass

    def finish(self, run: str, seconds: float = PATIENCE) -> tuple[str, str]:
        """Return a run's status ("ok", "error", "interrupted", or "died") and all that it printed or showed."""
        text = ""
        try:
            while True:
                frame = self.receive(seconds)
                if frame.get("run") != run:
                    continue
                if frame["type"] == "done":
                    return frame["status"], text
                # The links to files that a cell wrote come beside what it says.
                if FILES in frame.get("data", {}):
                    continue
                text += frame.get("text") or frame.get("plain") or frame.get("data", {}).get("text/plain", "")
        except EOFError:
            return "died", text

    def evaluate(self, source: str, seconds: float = PATIENCE) -> tuple[str, str]:
        """Run a cell to its end."""
        return self.finish(self.begin(source), seconds)

    def shell(self, script: str, seconds: float = PATIENCE) -> tuple[str, str]:
        """Run a shell script in the session; return the cell's status and what the script printed."""
        encoded = base64.b64encode(script.encode()).decode()
        return self.evaluate(
            "import subprocess as _s, base64 as _b\n"
            f"_r = _s.run(['/bin/sh', '-c', _b.b64decode('{encoded}').decode()], stdout=_s.PIPE, stderr=_s.STDOUT)\n"
            "print(_r.stdout.decode(errors='replace'))",
            seconds,
        )

    def signal(self, name: str) -> None:
        """Have the launcher send a signal."""
        self.launcher.ask(wire.Signal(self.id, name))

    def ended(self, seconds: float = PATIENCE) -> wire.Exited:
        """Wait for the report of its end."""
        report: wire.Exited = self.launcher.expect(wire.Exited, seconds, id=self.id)
        return report

    def close(self) -> wire.Exited:
        """Close the socket and wait for the end."""
        self.sock.close()
        return self.ended()


def eventually(condition: Callable[[], object], otherwise: Callable[[], str]) -> None:
    """Wait until something holds of which nobody tells; raises AssertionError, with these words, when it never does."""
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            raise AssertionError(otherwise())
        time.sleep(0.02)


def descendants(pid: int) -> list[int]:
    """Return all processes below a process, as the host sees them."""
    children: dict[int, list[int]] = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
            children.setdefault(parent, []).append(int(folder.name))
    found, todo = [], [pid]
    while todo:
        below = children.get(todo.pop(), [])
        found += below
        todo += below
    return found


def mounts_of(pid: int) -> list[tuple[str, str]]:
    """Return the mounts that a process sees, each with the name of its device; none when it is gone."""
    try:
        lines = Path(f"/proc/{pid}/mountinfo").read_text().splitlines()
    except OSError:
        return []
    fields = [line.split() for line in lines]
    return [(each[4], each[each.index("-") + 2].removeprefix("/dev/")) for each in fields]


def backing_file(device: str) -> str:
    """Return the file that a loop device serves; empty when it serves none."""
    with contextlib.suppress(OSError):
        return Path(f"/sys/block/{device}/loop/backing_file").read_text().strip()
    return ""


def served_below(folder: Path) -> list[str]:
    """Return the files below a folder that loop devices serve."""
    served = [backing_file(path.name) for path in Path("/sys/block").glob("loop*")]
    return [path for path in served if path.startswith(f"{folder}/")]


def command(pid: int) -> str:
    """Return the command line of a process, its parts ended by spaces; empty when it is gone."""
    with contextlib.suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def over(pid: int) -> bool:
    """Whether a process has ended, with everything in the namespace whose first one it was."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] in ("Z", "X")
    except OSError:
        return True


def groups_of(pid: int, below: str = "") -> list[Path]:
    """Return the cgroups of a launcher, or those below them ("/s*")."""
    return [Path(path) for path in glob.glob(f"/sys/fs/cgroup/**/sagews-{pid}-*{below}", recursive=True)]
