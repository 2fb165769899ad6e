"""Brings the schema up to date at start, with Alembic over psycopg2; blocks, so roles run it in a thread.

A daemon that is older than its schema refuses to start: it would write what it does not understand.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import psycopg2
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, create_engine, text
from sqlalchemy.exc import DBAPIError, InternalError
from sqlalchemy.pool import NullPool

from sagews.errors import SagewsError
from sagews.store import grants

# Any number, as long as all our daemons and nobody else in this database use it.
LOCK_KEY = 7_305_321
WAIT_SECONDS = 60
RIGHTS_MARK = "rights "
ATTEMPTS = 10
PAUSE_SECONDS = 0.2


def migrate(dsn: str, target: str = "head") -> str:
    """Bring the schema to this daemon's revision and set the roles' rights; blocks.

    Two daemons that start at once wait for each other. Safe to repeat.

    Args:
        dsn: of the schema's owner, for psycopg2.
        target: the revision to stop at; tests make databases of older daemons so.

    Returns:
        The revision that the schema has now.

    Raises:
        SagewsError: `configuration` if the schema is newer than this daemon, or the server refused a step; `database`
            if there is no answer.
    """
    engine = create_engine("postgresql+psycopg2://", creator=lambda: _connect(dsn), poolclass=NullPool)
    try:
        with engine.connect() as connection:
            # A daemon of an older version may be running: its statements are waited for, but not for ever.
            connection.execute(text(f"set lock_timeout = '{WAIT_SECONDS}s'"))
            connection.execute(text(f"select pg_advisory_lock({LOCK_KEY})"))
            # An advisory lock belongs to the session and outlives this transaction; the migrations have their own.
            connection.commit()
            return _upgrade(connection, target)
    except DBAPIError as error:
        said = str(error.orig).strip().splitlines()[0]
        raise SagewsError("configuration", reason=f"The schema could not be brought up to date: {said}") from error
    finally:
        engine.dispose()


def _connect(dsn: str) -> Any:
    try:
        return psycopg2.connect(dsn, connect_timeout=10, application_name="sagews-migrate")
    except psycopg2.OperationalError as error:
        raise SagewsError("database") from error


def _upgrade(connection: Connection, target: str) -> str:
    config = Config(attributes={"connection": connection})
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    scripts = ScriptDirectory.from_config(config)
    newest = scripts.get_current_head()
    _refuse_newer(connection, scripts)
    command.upgrade(config, target)
    if target == "head":
        # They name what this daemon's schema has.
        _set_rights(connection)
    return str(newest)


def _refuse_newer(connection: Connection, scripts: ScriptDirectory) -> None:
    current = MigrationContext.configure(connection).get_current_revision()
    known = {script.revision for script in scripts.walk_revisions()}
    # Reading the revision has begun a transaction, in which Alembic would take ours for its own.
    connection.rollback()
    if current is not None and current not in known:
        raise SagewsError(
            "configuration",
            reason=f"The database has schema {current}, which is newer than this daemon "
            f"({scripts.get_current_head()}). Install the newer version, or restore the older database.",
        )


def _set_rights(connection: Connection) -> None:
    """Set the roles' rights, unless these very statements were the last ones that were run here.

    They touch every table, so another daemon that makes a partition at the same moment may refuse them: tried again.
    """
    there = set(connection.scalars(text("select rolname from pg_roles")))
    statements = grants.statements([role for role in grants.ROLES if role in there])
    mark = RIGHTS_MARK + hashlib.sha256("\n".join(statements).encode()).hexdigest()
    # They lock every table for a moment, which a start beside running daemons should not do for nothing.
    if connection.scalar(text("select count(*) from claims where what = :mark"), {"mark": mark}):
        connection.rollback()
        return
    for attempt in range(ATTEMPTS):
        try:
            _run(connection, statements, mark)
            return
        except InternalError:
            connection.rollback()
            if attempt == ATTEMPTS - 1:
                raise
            time.sleep(PAUSE_SECONDS)


def _run(connection: Connection, statements: Sequence[str], mark: str) -> None:
    for statement in statements:
        connection.execute(text(statement))
    connection.execute(text("delete from claims where what like :old"), {"old": RIGHTS_MARK + "%"})
    connection.execute(text("insert into claims (what) values (:mark)"), {"mark": mark})
    connection.commit()
