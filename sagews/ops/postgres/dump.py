"""A backup of the database by the programs that fit the server, and its way back; blocks.

The system's own pg_dump is often older than the server and refuses it. Passwords go by the environment: a command line
can be read by everybody on the machine.
"""

from __future__ import annotations

import os
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from psycopg2.extensions import parse_dsn

from sagews.config.settings import Settings
from sagews.errors import SagewsError
from sagews.model.database import DATABASE
from sagews.ops.folders import Layout
from sagews.ops.postgres.binaries import choose_binaries
from sagews.ops.postgres.dsn import read_dsn
from sagews.ops.postgres.folders import ClusterFolders
from sagews.ops.postgres.roles import SUPERUSER, role_dsn

_VARIABLES = {
    "host": "PGHOST",
    "hostaddr": "PGHOSTADDR",
    "port": "PGPORT",
    "user": "PGUSER",
    "password": "PGPASSWORD",
    "dbname": "PGDATABASE",
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
    "passfile": "PGPASSFILE",
}


def back_up(settings: Settings, target: Path) -> None:
    """Write everything into one file, whole or not at all, readable by its owner alone.

    Raises:
        SagewsError: `configuration` with what pg_dump said.
    """
    if target.exists():
        raise SagewsError("configuration", reason=f"{target} is there already. Choose another name.")
    unfinished = target.with_name(target.name + ".part")
    try:
        # Made by us first, so that it is never open to others, however short.
        os.close(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        _run(settings, "pg_dump", ["--format=custom", f"--file={unfinished}"])
        unfinished.rename(target)
    except OSError as error:
        raise SagewsError("configuration", reason=f"{target} can't be written: {error.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def bring_back(settings: Settings, source: Path) -> None:
    """Fill the empty database of a running server from a file, all of it or nothing.

    Raises:
        SagewsError: `configuration` with what pg_restore said, for instance that something is there already.
    """
    _run(settings, "pg_restore", ["--single-transaction", "--exit-on-error", f"--dbname={DATABASE}", str(source)])


def _run(settings: Settings, program: str, arguments: Sequence[str]) -> None:
    dsn = read_dsn(settings.database, (os.geteuid(), 0)) or _own(settings)
    data = ClusterFolders(Layout(settings.folder).postgres).data
    binary = choose_binaries(data) / program
    environment = {"PATH": "/usr/bin:/bin", **_variables(dsn)}
    # A program that we chose ourselves, with arguments of ours and one file name, and no shell.
    done = subprocess.run([str(binary), *arguments], env=environment, capture_output=True, check=False)  # noqa: S603
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines() or [f"{program} failed"]
        raise SagewsError("configuration", reason=said[0])


def _own(settings: Settings) -> str:
    """Return the DSN of the superuser of our own cluster."""
    folders = ClusterFolders(Layout(settings.folder).postgres)
    try:
        password = (folders.passwords / SUPERUSER).read_text("ascii").strip()
    except OSError as error:
        reason = f"The database in {folders.root} can't be used: {error.strerror}. Run this as who runs the daemon."
        raise SagewsError("configuration", reason=reason) from None
    return role_dsn(folders.sockets, SUPERUSER, password, DATABASE)


def _variables(dsn: str) -> Mapping[str, str]:
    """Return a DSN as the variables that libpq reads."""
    return {_VARIABLES[key]: value for key, value in parse_dsn(dsn).items() if key in _VARIABLES}
