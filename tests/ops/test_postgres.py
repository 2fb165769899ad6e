"""The embedded cluster, with real programs: made, started, killed, restarted, stopped."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from pathlib import Path
from typing import Any

import psycopg2
import pytest
from twisted.internet import reactor
from twisted.internet.defer import Deferred
from twisted.internet.threads import deferToThread
from twisted.trial.unittest import TestCase

from sagews.errors import SagewsError
from sagews.model.database import DatabaseRole
from sagews.ops.postgres import folders as postgres_folders
from sagews.ops.postgres.folders import Account, ClusterFolders
from sagews.ops.postgres.server import PostgresService
from tests.contracts.accounts import check_refused
from tests.waiting import until

pytestmark = pytest.mark.slow

NOBODY = 65534


def account() -> Account | None:
    """Return the account for the server: nobody when we are root."""
    return Account(NOBODY, NOBODY) if os.getuid() == 0 else None


def ask(dsn: str, statement: str) -> Any:
    """Run one statement and return its one value."""
    connection = psycopg2.connect(dsn)
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute(statement)
            row = cursor.fetchone() if cursor.description else None
            return row and row[0]
    finally:
        connection.close()


def answers(dsn: str) -> bool:
    """Whether the server takes connections now."""
    try:
        return bool(ask(dsn, "select true"))
    except psycopg2.OperationalError:
        return False


class ServiceTests(TestCase):
    """One cluster in a short temporary folder."""

    timeout = 120

    def setUp(self) -> None:
        """Choose a folder."""
        folder = Path(tempfile.mkdtemp(prefix="sagews-pg-", dir="/tmp"))
        folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, folder, ignore_errors=True)
        self.root = folder / "postgres"

    def service(self, **settings: str) -> PostgresService:
        """Return a service that is stopped by itself."""
        service = PostgresService(reactor, self.root, account=account(), settings={"fsync": "off", **settings})
        self.addCleanup(lambda: Deferred.fromCoroutine(service.stop()))
        return service

    async def test_life(self) -> None:
        """It is made once, ready when start returns, and keeps roles and data over a stop."""
        service = self.service()
        await service.start()
        dsn = service.dsn(DatabaseRole.SCHEMA)
        ask(dsn, "create table t as select 7 as n")
        self.assertEqual(ask(dsn, "show listen_addresses"), "")
        # Else people wait after a crash until every file was written by itself.
        self.assertEqual(ask(dsn, "show recovery_init_sync_method"), "syncfs")
        await service.stop()
        self.assertIsNone(service.pid)
        again = self.service()
        await again.start()
        self.assertEqual(again.dsn(DatabaseRole.SCHEMA), dsn)
        self.assertEqual(ask(dsn, "select n from t"), 7)

    async def test_secrets_and_folders(self) -> None:
        """Folders are 0700, passwords 0600, one for each role, and in no process's arguments."""
        service = self.service()
        await service.start()
        for folder in (service.folders.root, service.folders.sockets, service.folders.passwords, service.folders.data):
            self.assertEqual(folder.stat().st_mode & 0o777, 0o700, folder)
        files = list(service.folders.passwords.iterdir())
        passwords = {file.read_text().strip() for file in files}
        self.assertEqual((len(files), len(passwords)), (5, 5))
        self.assertTrue(all(file.stat().st_mode & 0o777 == 0o600 for file in files))
        self.assertEqual(
            sorted(path.name for path in service.folders.root.iterdir()), ["data", "lock", "passwords", "run"]
        )
        shown = Path(f"/proc/{service.pid}/cmdline").read_text() + Path(f"/proc/{service.pid}/environ").read_text()
        self.assertFalse([password for password in passwords if password in shown])

    async def test_passwords_are_asked_for(self) -> None:
        """Nobody gets in without the right password, and roles reach no other database's tables."""
        service = self.service()
        await service.start()
        wrong = psycopg2.extensions.make_dsn(service.dsn(DatabaseRole.LOG), password="wrong")
        self.assertRaises(psycopg2.OperationalError, ask, wrong, "select 1")
        self.assertEqual(ask(service.dsn(DatabaseRole.LOG), "select current_user"), "sagews_log")
        verifier = "select count(*) from pg_authid where rolpassword like 'SCRAM-SHA-256$%'"
        self.assertEqual(ask(service.superuser_dsn(), verifier), 5)

    async def test_own_session(self) -> None:
        """The server leads a session of its own, so a terminal's Ctrl-C does not reach it."""
        service = self.service()
        await service.start()
        assert service.pid is not None
        self.assertEqual(os.getsid(service.pid), service.pid)
        self.assertNotEqual(os.getsid(service.pid), os.getsid(0))

    async def test_restarts_after_kill(self) -> None:
        """A server that dies by kill -9 is started again, with what was committed."""
        service = self.service()
        await service.start()
        dsn = service.dsn(DatabaseRole.SCHEMA)
        ask(dsn, "create table t as select 7 as n")
        first = service.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: service.pid not in (None, first) and answers(dsn))
        self.assertEqual(ask(dsn, "select n from t"), 7)

    async def test_stop_while_restarting(self) -> None:
        """A stop during the pause before a restart ends it."""
        service = self.service()
        await service.start()
        first = service.pid
        assert first is not None
        os.kill(first, signal.SIGKILL)
        await until(lambda: service.pid is None)
        await service.stop()
        # A restart that is still to come would be a timer, and trial fails a test that leaves one behind.
        self.assertIsNone(service.pid)

    async def test_stop_while_starting(self) -> None:
        """A stop that comes before the server runs leaves none behind."""
        service = self.service()
        starting = Deferred.fromCoroutine(service.start())
        await service.stop()
        await check_refused(starting, "shutting-down")
        self.assertIsNone(service.pid)

    async def test_one_that_does_not_stop(self) -> None:
        """A server that heeds nothing is killed before the time of the stop is over."""
        service = self.service()
        await service.start()
        assert service.pid is not None
        # It takes no signal any more but the one that nobody can refuse.
        os.kill(service.pid, signal.SIGSTOP)
        await service.stop(1.0)
        self.assertIsNone(service.pid)

    async def test_second_daemon_is_refused(self) -> None:
        """A second daemon on the same folder is refused and leaves the first alone."""
        service = self.service()
        await service.start()
        await check_refused(self.service().start(), "configuration")
        self.assertEqual(ask(service.dsn(DatabaseRole.LOG), "select 1"), 1)

    async def test_orphan_of_a_killed_daemon(self) -> None:
        """A server that a killed daemon left running is ended in order, and ours starts on its data."""
        service = self.service()
        await service.start()
        dsn = service.dsn(DatabaseRole.SCHEMA)
        await service.stop()
        user = account()
        orphan = subprocess.Popen(
            [*service._command()],
            env={"LC_ALL": "C.UTF-8"},
            stderr=subprocess.DEVNULL,
            start_new_session=True,
            **(user.as_subprocess if user else {}),
        )
        self.addCleanup(orphan.poll)
        await until((service.folders.sockets / postgres_folders.SOCKET_NAME).exists)
        reaping = deferToThread(orphan.wait)
        again = self.service()
        await again.start()
        self.assertEqual(await reaping, 0)
        self.assertEqual(ask(dsn, "select 1"), 1)

    async def test_stale_lock_file_of_another_program(self) -> None:
        """A lock file whose process id belongs to another program by now does not stop the start."""
        service = self.service()
        await service.start()
        await service.stop()
        lines = f"{os.getpid()}\n{service.folders.data}\n1\n5432\n{service.folders.sockets}\n\n\n"
        (service.folders.data / "postmaster.pid").write_text(lines)
        await service.start()
        self.assertEqual(ask(service.dsn(DatabaseRole.LOG), "select 1"), 1)

    async def test_server_that_does_not_start(self) -> None:
        """A server that ends before it is ready fails the start with its last words, and is not tried for ever."""
        service = self.service(max_connections="nonsense")
        try:
            await service.start()
        except SagewsError as error:
            self.assertIn("max_connections", str(error))
        else:
            self.fail("it started")
        self.assertIsNone(service.pid)

    def test_long_socket_path(self) -> None:
        """A path that no socket can have is refused before anything is made."""
        folders = ClusterFolders(self.root / ("x" * 100))
        error = self.assertRaises(SagewsError, postgres_folders.prepare_folders, folders, account())
        self.assertIn("107", str(error))
        self.assertFalse(folders.root.exists())

    def test_accounts_that_can_not_run_it(self) -> None:
        """Root and ids without a passwd entry are refused in words."""
        for uid in (0, 3_999_999):
            account = Account(uid, uid)
            error = self.assertRaises(SagewsError, postgres_folders.prepare_folders, ClusterFolders(self.root), account)
            self.assertEqual(error.code, "configuration")
