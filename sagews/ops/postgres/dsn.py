"""An operator's own PostgreSQL: its DSN, checked before anything connects."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import psycopg2
from psycopg2.extensions import make_dsn, parse_dsn

from sagews.config.database import DatabaseSection
from sagews.errors import SagewsError
from sagews.ops.folders import check_private


def read_dsn(settings: DatabaseSection, owners: tuple[int, ...]) -> str | None:
    """Return the operator's DSN; None when the daemon runs its own cluster.

    Raises:
        SagewsError: `configuration` when the file is missing or open to others, or the server remote and not checked.
    """
    if settings.dsn_file is None:
        return None
    path = Path(settings.dsn_file)
    check_private(path, owners)
    try:
        return check_dsn(path.read_text(encoding="utf-8").strip())
    except (OSError, UnicodeDecodeError) as error:
        reason = f"{path} can't be read ({type(error).__name__})."
        raise SagewsError("configuration", reason=reason) from None


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
