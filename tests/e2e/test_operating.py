"""An operator's day with the real programs: start, status and stop in the background, TLS, copied certificates."""

from __future__ import annotations

import os
import shutil
import signal
from datetime import UTC, datetime
from pathlib import Path

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.net.private_files import write_private
from sagews.ops.tls.authority import site_files
from tests.e2e.running import RunningDaemon
from tests.e2e.test_start import processes_with
from tests.postgres import NOBODY, new_database

pytestmark = pytest.mark.slow


class BackgroundTests(SynchronousTestCase):
    """`sagews start` and `sagews stop`, with the twistd that is installed."""

    def setUp(self) -> None:
        """Lay out a daemon whose settings say nothing of environments, and which is not started."""
        self.daemon = RunningDaemon()
        self.addCleanup(self.daemon.remove)
        self.config = ("--config", str(self.daemon.settings))

    def stop(self) -> None:
        """Stop it if it still runs."""
        self.daemon.run_command("stop", *self.config)

    def test_start_and_stop(self) -> None:
        """A start in the background computes with the environments of its build, and a stop leaves no process."""
        text = self.daemon.settings.read_text(encoding="utf-8")
        self.daemon.settings.write_text(text[: text.index("[sessions]")], encoding="utf-8")
        self.addCleanup(self.stop)
        started = self.daemon.run_command("start", *self.config, seconds=120)
        self.assertEqual(started.returncode, 0, started.stderr)
        self.assertIn("Started", started.stdout)
        answer = self.daemon.run_command("eval", "2^10", *self.config, seconds=120)
        self.assertEqual(answer.stdout.strip(), "1024", answer.stderr)
        again = self.daemon.run_command("start", *self.config)
        self.assertIn("runs already", again.stderr)
        stopped = self.daemon.run_command("stop", *self.config)
        self.assertEqual(stopped.returncode, 0, stopped.stderr)
        self.assertEqual(processes_with(str(self.daemon.folder)), [])

    def test_refused(self) -> None:
        """A start that can't succeed is one whole line for each reason, with its line in the file, and status 1."""
        text = self.daemon.settings.read_text(encoding="utf-8")
        wrong = "[isolation]\nlevel = 'nonsense'\n[database]\ndsn_file = '/nowhere/dsn'\n"
        self.daemon.settings.write_text(text + wrong, encoding="utf-8")
        line = text.count("\n") + 2
        for command in ("start", "check"):
            done = self.daemon.run_command(command, *self.config)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn(f"sagews.toml:{line}: isolation.level: ", done.stderr)
            self.assertIn("/nowhere/dsn", done.stderr)
            self.assertNotIn("Traceback", done.stderr)
        self.assertEqual(processes_with(str(self.daemon.folder)), [])


class TlsTests(SynchronousTestCase):
    """A whole daemon with the operator's certificate, which belongs to whoever started it."""

    def test_evaluate(self) -> None:
        """The daemon serves with a key that only root may read, and the command line knows it by its certificate."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        files = site_files(daemon.folder / "tls", ["math.example.org"], None, datetime.now(UTC))
        site = f'names = ["math.example.org"]\ncertificate = "{files.certificate}"\nkey = "{files.key}"\n'
        text = daemon.settings.read_text(encoding="utf-8")
        daemon.settings.write_text(text.replace("[site]\n", "[site]\n" + site), encoding="utf-8")
        daemon.start()
        self.assertIn(f"https://math.example.org:{daemon.port}", daemon.log.read_text(encoding="utf-8"))
        answer = daemon.run_command("eval", "--flavour", "python", "6*7")
        self.assertEqual(answer.stdout.strip(), "42", answer.stderr)


class BackupTests(SynchronousTestCase):
    """Everything that was saved, in one file."""

    def test_there_and_back(self) -> None:
        """A backup of a running daemon fills a new data folder, whose daemon has the same accounts."""
        daemon = RunningDaemon()
        self.addCleanup(daemon.remove)
        config = ("--config", str(daemon.settings))
        daemon.start()
        self.assertEqual(daemon.run_command("user", "add", "ada@example.org").returncode, 0)
        file = daemon.folder / "backup"
        made = daemon.run_command("backup", str(file), *config)
        self.assertEqual((made.returncode, made.stderr), (0, ""))
        self.assertEqual(file.stat().st_mode & 0o777, 0o600)
        self.assertEqual(daemon.run_command("restore", str(file), *config).returncode, 1)
        daemon.stop(signal.SIGINT)
        daemon.data = daemon.folder / "new"
        restored = daemon.run_command("restore", str(file), *config)
        self.assertEqual((restored.returncode, restored.stderr), (0, ""))
        again = daemon.run_command("restore", str(file), *config)
        self.assertEqual(again.returncode, 1, again.stdout)
        daemon.start()
        self.assertIn("ada@example.org", daemon.run_command("user", "list").stdout)


class DsnTests(SynchronousTestCase):
    """A whole daemon on a PostgreSQL of the operator's own."""

    def test_evaluate(self) -> None:
        """With a DSN the daemon runs no server of its own, and everything else works; a backup too."""
        database = new_database()
        self.addCleanup(database.drop)
        daemon = RunningDaemon(user=NOBODY)
        self.addCleanup(daemon.remove)
        dsn = daemon.folder / "dsn"
        write_private(dsn, database.dsn().encode(), (NOBODY, NOBODY) if daemon.user is not None else None)
        settings = daemon.settings.read_text(encoding="utf-8") + f'[database]\ndsn_file = "{dsn}"\n'
        daemon.settings.write_text(settings, encoding="utf-8")
        daemon.start()
        answer = daemon.run_command("eval", "--flavour", "python", "6*7")
        self.assertEqual(answer.stdout.strip(), "42", answer.stderr)
        self.assertFalse((daemon.data / "postgres" / "data").exists())
        made = daemon.run_command("backup", str(daemon.data / "backup"), "--config", str(daemon.settings))
        self.assertEqual((made.returncode, made.stderr), (0, ""))


class CopiedCertificatesTests(SynchronousTestCase):
    """A worker with a data folder of its own, as on a machine of its own."""

    def test_evaluate(self) -> None:
        """A worker whose three files were copied by hand links to its backend, and none of them is changed."""
        backend = RunningDaemon(roles=("frontend", "backend", "log"))
        self.addCleanup(backend.remove)
        made = backend.sibling("worker")
        self.addCleanup(made.stop)
        made.start()
        made.stop(signal.SIGINT)
        backend.start()
        worker = backend.sibling("worker")
        self.addCleanup(worker.stop)
        worker.data = backend.folder / "elsewhere"
        (worker.data / "keys").mkdir(parents=True, mode=0o700)
        kept: dict[Path, bytes] = {}
        for name in ("worker.key", "worker.pem", "authority.pem"):
            path = worker.data / "keys" / name
            shutil.copy(backend.data / "keys" / name, path)
            path.chmod(0o600)
            kept[path] = path.read_bytes()
        if worker.user is not None:
            os.chown(worker.data, worker.user, worker.user)
        worker.start()
        backend.wait_for(lambda: self.evaluates(backend), "the worker to be linked", 60)
        self.assertEqual({path: path.read_bytes() for path in kept}, kept)
        self.assertFalse((worker.data / "authority" / "authority.key").exists())

    def evaluates(self, backend: RunningDaemon) -> bool:
        """Whether the whole chain answers."""
        return backend.run_command("eval", "--flavour", "python", "6*7").stdout.strip() == "42"
