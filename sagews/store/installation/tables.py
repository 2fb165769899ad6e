"""The tables in which daemons say where they are and what they can do."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, StoreTables, TableRight

TABLES = StoreTables(
    group="installation",
    tables=("resources", "backends", "workers"),
    rights={
        DatabaseRole.FRONTEND: (TableRight(ALL, ("resources", "backends", "workers")),),
        DatabaseRole.BACKEND: (TableRight(ALL, ("resources", "backends", "workers")),),
    },
)
