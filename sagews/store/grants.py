"""What each database role may do: the frontend, the backend and the log collector see only what they need.

Applied after every migration. Roles that are not there (an operator's own database with one login) are left out.
The backend reads accounts but no hash of any secret: not passwords, not cookies, not tokens.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sagews.model.database import DatabaseRole

ALL = "select, insert, update, delete"


@dataclass(frozen=True, slots=True)
class Right:
    """A privilege list on some tables, of all columns or of those named."""

    privileges: str
    tables: tuple[str, ...]
    columns: tuple[str, ...] = ()


USER_COLUMNS = ("id", "email", "name", "privilege", "has_password", "disabled", "created")
LOGIN_COLUMNS = ("id", "user_id", "created", "expires", "ended")

RIGHTS: Mapping[DatabaseRole, Sequence[Right]] = {
    DatabaseRole.FRONTEND: (
        Right(ALL, ("users", "user_settings", "logins", "one_time_tokens", "attempts", "claims")),
        Right(ALL, ("workspaces", "workspace_users", "documents", "tickets", "publications")),
        Right("select", ("leases", "runs", "outputs", "commits", "refs", "bundles", "document_snapshots")),
        Right("select", ("document_updates", "log_records")),
        Right(ALL, ("resources", "backends", "workers")),
    ),
    DatabaseRole.BACKEND: (
        Right("select", ("users",), USER_COLUMNS),
        Right("select", ("logins",), LOGIN_COLUMNS),
        Right("select", ("user_settings", "workspace_users")),
        Right("select, update", ("workspaces",)),
        Right(ALL, ("documents", "document_updates", "document_snapshots", "leases", "runs", "outputs")),
        Right("select, insert, update", ("commits", "refs", "bundles")),
        Right("select, delete", ("tickets",)),
        Right(ALL, ("resources", "backends", "workers")),
        Right("select", ("publications",)),
    ),
    DatabaseRole.LOG: (Right("select, insert", ("log_records",)),),
}

LOG_FUNCTIONS = ("log_partition_ensure(date)", "log_partitions_drop_before(date)")


def statements(roles: Sequence[DatabaseRole]) -> list[str]:
    """Return the statements that give these roles exactly their rights, and everybody else none."""
    found = ["revoke all on schema public from public"]
    for role in roles:
        found.append(f"revoke all on all tables in schema public from {role}")
        found.append(f"grant usage on schema public to {role}")
        found.extend(_grant(right, role) for right in RIGHTS[role])
    if DatabaseRole.LOG in roles:
        found.append(f"grant execute on function {', '.join(LOG_FUNCTIONS)} to {DatabaseRole.LOG}")
    return found


def _grant(right: Right, role: DatabaseRole) -> str:
    columns = f" ({', '.join(right.columns)})" if right.columns else ""
    privileges = ", ".join(privilege + columns for privilege in right.privileges.split(", "))
    return f"grant {privileges} on {', '.join(right.tables)} to {role}"
