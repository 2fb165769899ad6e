"""The daemon below a service manager: a stand-in that speaks systemd's protocols, and systemd's own check of units."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.config.loading import load
from sagews.config.settings import ROLES
from sagews.ops.listening import bind
from sagews.roles.sockets import wanted_ports
from tests.e2e.running import RunningDaemon
from tests.scratch import scratch_folder

pytestmark = pytest.mark.slow

WATCHDOG_SECONDS = 4
# Puts the descriptors where systemd does, names the process that they are for, and becomes the daemon.
HANDOVER = """
import fcntl, os, sys
held, command = [int(number) for number in sys.argv[1].split(",")], sys.argv[2:]
spare = [fcntl.fcntl(number, fcntl.F_DUPFD, 100) for number in held]
for number, each in enumerate(spare):
    os.dup2(each, 3 + number, inheritable=True)
os.environ["LISTEN_PID"] = os.environ["WATCHDOG_PID"] = str(os.getpid())
os.execv(command[0], command)
"""


class ManagedDaemon(RunningDaemon):
    """A daemon that is given its sockets, and whom to tell how it is."""

    def manage(self, manager: str) -> None:
        """Listen on its ports; this goes on while the daemon is restarted."""
        wanted = wanted_ports(load(str(self.settings)), ROLES)
        self.manager = manager
        self.sockets = {name: bind(host, port, what) for name, (host, port, what) in wanted.items()}

    def environment(self) -> dict[str, str]:
        """Return what systemd sets, but for the process id."""
        told = {"NOTIFY_SOCKET": self.manager, "WATCHDOG_USEC": str(1_000_000 * WATCHDOG_SECONDS)}
        given = {"LISTEN_FDS": str(len(self.sockets)), "LISTEN_FDNAMES": ":".join(self.sockets)}
        return {**super().environment(), **told, **given}

    def launch(self) -> None:
        """Start it with the sockets."""
        numbers = [each.fileno() for each in self.sockets.values()]
        handover = [sys.executable, "-c", HANDOVER, ",".join(map(str, numbers)), *self.command()]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                handover,
                env=self.environment(),
                cwd=self.folder,
                stdout=log,
                stderr=log,
                pass_fds=numbers,
                start_new_session=True,
            )


class ManagedTests(SynchronousTestCase):
    """A stand-in for systemd."""

    def setUp(self) -> None:
        """Listen for what the daemon says of itself."""
        self.daemon = ManagedDaemon()
        self.addCleanup(self.daemon.remove)
        self.notified = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.addCleanup(self.notified.close)
        manager = self.daemon.folder / "notify"
        self.notified.bind(str(manager))
        # The daemon has given root's rights up when it says that it is ready.
        manager.chmod(0o777)
        self.daemon.manage(str(manager))
        for each in self.daemon.sockets.values():
            self.addCleanup(each.close)

    def hear(self, wanted: str, seconds: float = 120) -> None:
        """Read what the daemon says until it says this."""
        self.notified.settimeout(seconds)
        try:
            while wanted not in self.notified.recv(4096).decode().split("\n"):
                pass
        except TimeoutError:
            said = self.daemon.log.read_text(encoding="utf-8", errors="replace")[-4000:]
            raise AssertionError(f"waited in vain for {wanted}; the daemon said:\n{said}") from None

    def test_a_restart_refuses_nobody(self) -> None:
        """It says when it serves, lives and stops; who comes while it is restarted waits instead of being refused."""
        self.daemon.launch()
        self.hear("READY=1")
        self.hear("WATCHDOG=1", WATCHDOG_SECONDS)
        self.hear("WATCHDOG=1", WATCHDOG_SECONDS)
        process = self.daemon.process
        assert process is not None
        # Its children can neither speak in its name nor take its sockets.
        for child in Path(f"/proc/{process.pid}/task/{process.pid}/children").read_text(encoding="ascii").split():
            variables = Path(f"/proc/{child}/environ").read_bytes()
            self.assertNotIn(b"NOTIFY_SOCKET", variables)
            self.assertNotIn(b"LISTEN_FDS", variables)
        self.daemon.stop(signal.SIGTERM, group=False)
        self.hear("STOPPING=1", 5)
        waiting = socket.create_connection(("127.0.0.1", self.daemon.port))
        self.addCleanup(waiting.close)
        waiting.sendall(f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{self.daemon.port}\r\n\r\n".encode())
        self.daemon.launch()
        waiting.settimeout(120)
        self.assertIn(b"HTTP/1.1 200", waiting.recv(4096))
        self.hear("READY=1")


class UnitTests(SynchronousTestCase):
    """Units that `sagews units` writes."""

    def test_systemd_takes_them(self) -> None:
        """For all roles in one and for each by itself; their ports are those of the settings."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        for roles in ((), ROLES):
            folder = scratch_folder(self)
            named = [word for role in roles for word in ("--role", role)]
            done = daemon.run_command("units", str(folder), *named, "--config", str(daemon.settings))
            self.assertEqual((done.returncode, done.stderr), (0, ""))
            units = sorted(folder.iterdir())
            self.assertEqual(len(units), 6 if not roles else 10)
            checked = subprocess.run(
                ["systemd-analyze", "verify", *map(str, units)], capture_output=True, text=True, check=False
            )
            self.assertEqual((checked.returncode, checked.stderr), (0, ""))
            site = folder / ("sagews-frontend-site.socket" if roles else "sagews-site.socket")
            self.assertIn(f"ListenStream=127.0.0.1:{daemon.port}\n", site.read_text(encoding="utf-8"))

    def test_without_settings(self) -> None:
        """Units name a settings file, so one has to be given."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        done = daemon.run_command("units", str(scratch_folder(self)))
        self.assertEqual(done.returncode, 1)
        self.assertIn("--config FILE", done.stderr)
