"""The tables of accounts. The backend reads them but no hash of any secret: not passwords, cookies or tokens."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, Right, StoreTables

USER_COLUMNS = ("id", "email", "name", "privilege", "has_password", "disabled", "created")
LOGIN_COLUMNS = ("id", "user_id", "created", "expires", "ended")

TABLES = StoreTables(
    group="accounts",
    tables=("users", "user_settings", "logins", "one_time_tokens", "attempts", "claims"),
    rights={
        DatabaseRole.FRONTEND: (
            Right(ALL, ("users", "user_settings", "logins", "one_time_tokens", "attempts", "claims")),
        ),
        DatabaseRole.BACKEND: (
            Right("select", ("users",), USER_COLUMNS),
            Right("select", ("logins",), LOGIN_COLUMNS),
            Right("select", ("user_settings",)),
        ),
    },
)
