"""A launcher without jails for the tests of its client: runs as a child, speaks wire/launcher.py on descriptor 3."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import threading

PROGRAMS = {
    "check": "import sys; sys.stdout.buffer.write(sys.stdin.buffer.read())",
    "diff": "import sys\nwhile True: sys.stdout.write('x' * 10000)",
    "commit": "import sys; sys.stderr.write('no such object'); sys.exit(4)",
    "snapshot": "import time; time.sleep(30)",
}
# What runs at once at most, as permits say it.
MOST = 16
SESSION = """
import os, socket, struct, sys
s = socket.socket(fileno=0)
b = b'{"type":"ready","flavour":"python","versions":{}}'
s.sendall(struct.pack('>I', len(b)) + b)
s.recv(1)
"""


class Launcher:
    """Starts plain processes."""

    def __init__(self) -> None:
        self.control = socket.socket(fileno=3)
        self.children: dict[str, subprocess.Popen[bytes]] = {}

    def say(self, **body: object) -> None:
        """Send a packet."""
        self.control.send(json.dumps(body).encode())

    def serve(self) -> None:
        """Serve until the socket closes."""
        while True:
            packet, descriptors, _, _ = socket.recv_fds(self.control, 65536, 8)
            if not packet:
                return
            body = json.loads(packet)
            getattr(self, "do_" + body["type"])(body, descriptors)
            for number in descriptors:
                os.close(number)

    def do_configure(self, body: dict[str, object], descriptors: list[int]) -> None:
        """Answer with a hello, or refuse."""
        if body["minimum"] == "full":
            self.say(
                type="refused",
                id=None,
                request=None,
                code="isolation",
                reason="only namespaces are reached",
                parameters={},
            )
            sys.exit(1)
        level = {"uid": os.getuid(), "session": os.getsid(0) == os.getpid(), "secret": os.environ.get("SECRET", "")}
        self.say(type="hello", level="namespaces", report=level, flavours=["python", "sage"], uids=[1, 2])
        self.say(type="flavour", flavour="sage", state="failed", reason="not installed")

    def do_session(self, body: dict[str, str], descriptors: list[int]) -> None:
        """Start a session that says `ready` and ends when something is said to it."""
        if body["flavour"] == "die":
            os._exit(7)
        if body["flavour"] == "rebirth":
            for child in self.children.values():
                child.kill()
            self.children.clear()
            self.say(type="died", reason="it was ended by signal 9")
            return
        if body["flavour"] == "refuse":
            self.say(type="refused", id=body["id"], request=None, code="busy", reason="no", parameters={})
            return
        self.start(body["id"], SESSION, [descriptors[0], 1, 2])

    def do_job(self, body: dict[str, str], descriptors: list[int]) -> None:
        """Start a job."""
        self.start(body["id"], PROGRAMS[body["job"]], descriptors)

    def start(self, name: str, program: str, files: list[int]) -> None:
        """Start a program and report its end from a thread."""
        if len(self.children) >= MOST:
            self.say(type="refused", id=name, request=None, code="limit", reason=f"{MOST} sessions")
            return
        child = subprocess.Popen([sys.executable, "-c", program], stdin=files[0], stdout=files[1], stderr=files[2])
        self.children[name] = child
        self.say(type="started", id=name)
        threading.Thread(target=self.wait, args=(name, child), daemon=True).start()

    def wait(self, name: str, child: subprocess.Popen[bytes]) -> None:
        """Report the end of a child."""
        status = child.wait()
        self.children.pop(name, None)
        reason = "killed" if status < 0 else "exit"
        self.say(type="ended", id=name, reason=reason, status=status, cpu_seconds=0.1, peak_memory=1)

    def do_signal(self, body: dict[str, str], descriptors: list[int]) -> None:
        """Deliver a signal; nothing happens to what has ended."""
        if body["id"] in self.children:
            self.children[body["id"]].send_signal(getattr(signal, "SIG" + body["signal"]))

    def do_usage(self, body: dict[str, object], descriptors: list[int]) -> None:
        """Answer with the same figures for all."""
        used = {str(name): {"memory": 5, "cpu_seconds": 0.5} for name in body["ids"]}  # type: ignore[attr-defined]
        self.say(type="usage", request=body["request"], sessions=used)

    def do_forget(self, body: dict[str, object], descriptors: list[int]) -> None:
        """Say that a home is gone."""
        self.say(type="forgotten", request=body["request"])

    def do_stop(self, body: dict[str, object], descriptors: list[int]) -> None:
        """Kill everything and leave."""
        for child in list(self.children.values()):
            child.kill()
        sys.exit(0)


if __name__ == "__main__":
    Launcher().serve()
