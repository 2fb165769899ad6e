"""An operator's own PostgreSQL: its DSN, checked before anything connects."""

from __future__ import annotations

from collections.abc import Mapping

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from sagews.errors import SagewsError


def check_dsn(dsn: str) -> str:
    """Return a DSN in key=value form if it is safe to use; the refusal never quotes it.

    Raises:
        SagewsError: `configuration`.
    """
    try:
        parts = parse_dsn(dsn)
    except psycopg2.ProgrammingError:
        raise SagewsError(
            # Without what libpq says, which quotes the text with the password in it.
            "configuration",
            reason="The database's DSN can't be read. Write host=... dbname=...",
        ) from None
    # A service file can name any host and mode, unseen by the check below.
    if "service" in parts:
        raise SagewsError("configuration", reason="The database's DSN may not name a service. Write its parts out.")
    if any(not _is_local(host) for host in _hosts(parts)) and parts.get("sslmode") != "verify-full":
        raise SagewsError(
            "configuration",
            reason="A database on another machine needs sslmode=verify-full (and sslrootcert) in its DSN.",
        )
    return str(make_dsn(**parts))


def _hosts(parts: Mapping[str, str]) -> list[str]:
    """Return every host that libpq may connect to: a list in `host`, and addresses in `hostaddr`."""
    return [host for key in ("host", "hostaddr") for host in parts.get(key, "").split(",")]


def _is_local(host: str) -> bool:
    """Whether a host is this machine for certain: a socket folder, libpq's default socket or a loopback address."""
    return host == "" or host.startswith(("/", "@")) or host in ("127.0.0.1", "::1", "localhost")
