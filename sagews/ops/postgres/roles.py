"""Makes our database and its roles in a cluster, and keeps their passwords; blocks, so the service runs it in a thread.

Passwords are random, one per role, each in a 0600 file of a 0700 folder. The server is given only the SCRAM verifier,
so that no statement, log or process list ever holds one.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import encrypt_password, make_dsn
from psycopg2.sql import SQL, Identifier, Literal

from sagews.model.database import DATABASE, DatabaseRole
from sagews.model.identifiers import new_id
from sagews.net.private_files import write_private

SUPERUSER = "postgres"


def ensure_password(path: Path) -> str:
    """Return the password in a file, made at first with 256 random bits, readable by its owner alone."""
    if not path.exists():
        fresh = path.with_name(f".{path.name}.{new_id()}")
        write_private(fresh, secrets.token_urlsafe(32).encode() + b"\n")
        # A link of a file that is whole lets exactly one of several daemons win, and the others read what it wrote;
        # a file that is made first and written then is read empty in between.
        with suppress(FileExistsError):
            os.link(fresh, path)
        fresh.unlink()
    return path.read_text("ascii").strip()


def ensure_passwords(folder: Path) -> dict[str, str]:
    """Return the passwords of the superuser and of every role by role name; makes folder and files that are missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return {role: ensure_password(folder / role) for role in (SUPERUSER, *DatabaseRole)}


def create_roles(superuser_dsn: str, passwords: Mapping[str, str]) -> None:
    """Make the roles and the database, or set their passwords again; safe to repeat, blocks.

    Args:
        superuser_dsn: of the superuser, any database.
        passwords: by role name.

    Raises:
        psycopg2.Error: what the server says.
    """
    connection = psycopg2.connect(superuser_dsn, connect_timeout=10)
    try:
        connection.autocommit = True
        with connection.cursor() as cursor:
            for role in DatabaseRole:
                # Hashed on our side: the server's log and its statistics of statements never see the password.
                _ensure_role(cursor, role, encrypt_password(passwords[role], role, connection, "scram-sha-256"))
            _ensure_database(cursor)
    finally:
        connection.close()


def _ensure_role(cursor: Any, role: str, verifier: str) -> None:
    cursor.execute("select 1 from pg_roles where rolname = %s", (role,))
    verb = SQL("alter") if cursor.fetchone() else SQL("create")
    cursor.execute(SQL("{} role {} login password {}").format(verb, Identifier(role), Literal(verifier)))


def _ensure_database(cursor: Any) -> None:
    cursor.execute("select 1 from pg_database where datname = %s", (DATABASE,))
    name, owner = Identifier(DATABASE), Identifier(DatabaseRole.SCHEMA)
    if cursor.fetchone() is None:
        # template1 may have been changed by an operator, and has the encoding of its own making.
        cursor.execute(SQL("create database {} owner {} template template0 encoding 'UTF8'").format(name, owner))
    # By default everybody may connect and make temporary tables.
    cursor.execute(SQL("revoke all on database {} from public").format(name))
    for role in DatabaseRole:
        cursor.execute(SQL("grant connect on database {} to {}").format(name, Identifier(role)))


def role_dsn(sockets: Path, role: str, password: str, database: str = DATABASE) -> str:
    """Return the DSN of a role through the unix socket in a folder. It holds the password: never log it."""
    return str(make_dsn(host=str(sockets), dbname=database, user=role, password=password))
