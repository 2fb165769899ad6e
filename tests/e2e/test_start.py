"""Starting: what is wrong is one line and status 1 at once; what is right leaves nothing behind when it stops."""

from __future__ import annotations

import signal
import socket
import subprocess
from contextlib import closing
from pathlib import Path

import psycopg2
import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.ops.postgres.roles import ensure_passwords
from sagews.ops.postgres.server import PostgresService
from tests.e2e.running import RunningDaemon

pytestmark = pytest.mark.slow


class RefusedStartTests(SynchronousTestCase):
    """Starts that are refused."""

    def setUp(self) -> None:
        """Lay out a daemon that is not started."""
        self.daemon = RunningDaemon()
        self.addCleanup(self.daemon.remove)

    def refused(self, *, foreground: bool, more: tuple[str, ...] = ()) -> str:
        """Run twistd, expect status 1 without a pid file, and return its one line."""
        command = [part for part in self.daemon.command() if foreground or part != "-n"]
        done = subprocess.run(
            [*command, *more],
            env=self.daemon.environment(),
            cwd=self.daemon.folder,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([str(path) for path in self.daemon.folder.rglob("*.pid")], [])
        lines = (done.stdout + done.stderr).strip().splitlines()
        self.assertEqual(len(lines), 1, lines)
        return lines[0]

    def test_unknown_role(self) -> None:
        """An unknown role is one line that names the known ones, in the foreground and daemonised."""
        for foreground in (True, False):
            self.assertIn("frontend", self.refused(foreground=foreground, more=("--role=cook",)))

    def test_unknown_option(self) -> None:
        """An unknown option is one line."""
        for foreground in (True, False):
            self.assertIn("nonsense", self.refused(foreground=foreground, more=("--nonsense",)))

    def test_taken_port(self) -> None:
        """A port that somebody has is one line with its number."""
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", self.daemon.port))
            taken.listen()
            for foreground in (True, False):
                self.assertIn(str(self.daemon.port), self.refused(foreground=foreground))

    def test_wrong_settings(self) -> None:
        """Settings with a misspelt key are one line that names it."""
        self.daemon.settings.write_text("[site]\nprot = 1\n", encoding="utf-8")
        self.assertIn("site.prot", self.refused(foreground=True))


class StopTests(SynchronousTestCase):
    """Starts that are good, and their end."""

    def test_two_from_one_folder(self) -> None:
        """Two daemons with data and ports of their own run side by side, and each stops by itself."""
        first, second = RunningDaemon(), RunningDaemon()
        for daemon in (first, second):
            self.addCleanup(daemon.remove)
            daemon.start()
        first.stop(signal.SIGTERM, group=False)
        answer = second.run_command("eval", "1+1")
        self.assertEqual(answer.stdout.strip(), "2", answer.stderr)
        second.stop(signal.SIGINT)
        self.assertEqual([str(path) for path in Path(second.folder).rglob("sagews*.pid")], [])

    def test_nothing_left(self) -> None:
        """After Ctrl-C no process of the daemon is left: no PostgreSQL, no launcher, no session."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        daemon.start()
        self.assertEqual(daemon.run_command("eval", "1+1").stdout.strip(), "2")
        self.assertNotEqual(processes_with(str(daemon.folder)), [])
        daemon.stop(signal.SIGINT)
        self.assertEqual(processes_with(str(daemon.folder)), [])

    def test_a_refused_start_leaves_nothing(self) -> None:
        """A start that is refused when PostgreSQL runs already stops it again."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        daemon.start()
        daemon.run_command("status")
        superuser = PostgresService(None, daemon.data / "postgres")
        superuser._passwords = ensure_passwords(superuser.folders.passwords)
        with closing(psycopg2.connect(superuser.superuser_dsn("sagews"))) as connection, connection.cursor() as cursor:
            cursor.execute("update alembic_version set version_num = '9999'")
            connection.commit()
        daemon.stop(signal.SIGINT)
        done = subprocess.run(
            daemon.command(), env=daemon.environment(), cwd=daemon.folder, capture_output=True, text=True, timeout=120
        )
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertIn("9999", done.stdout + done.stderr)
        self.assertEqual(processes_with(str(daemon.folder)), [])

    def test_hangup(self) -> None:
        """SIGHUP ends nothing, without a settings file that differs either: the daemon goes on and stops in order."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        daemon.start()
        assert daemon.process is not None
        daemon.process.send_signal(signal.SIGHUP)
        self.assertEqual(daemon.run_command("eval", "1+1").stdout.strip(), "2")
        daemon.stop(signal.SIGINT)
        self.assertEqual(processes_with(str(daemon.folder)), [])


def processes_with(text: str) -> list[str]:
    """Return the command lines that hold a text."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
        except OSError:
            continue
        if text in line:
            found.append(line)
    return found
