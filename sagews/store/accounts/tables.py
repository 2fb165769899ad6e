"""The tables of accounts. The backend reads them but no hash of any secret: not passwords, cookies or tokens."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, StoreTables, TableRight

USER_COLUMNS = ("id", "email", "name", "privilege", "has_password", "disabled", "created")
LOGIN_COLUMNS = ("id", "user_id", "created", "expires", "ended")

TABLES = StoreTables(
    group="accounts",
    tables=("users", "user_settings", "logins", "one_time_tokens", "attempts", "claims"),
    rights={
        DatabaseRole.FRONTEND: (
            TableRight(ALL, ("users", "user_settings", "logins", "one_time_tokens", "attempts", "claims")),
        ),
        DatabaseRole.BACKEND: (
            TableRight("select", ("users",), USER_COLUMNS),
            TableRight("select", ("logins",), LOGIN_COLUMNS),
            TableRight("select", ("user_settings",)),
        ),
    },
)
