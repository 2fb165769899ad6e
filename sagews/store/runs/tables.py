"""The tables of runs and their output."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, StoreTables, TableRight

TABLES = StoreTables(
    group="workspaces",
    tables=("runs", "outputs"),
    rights={
        DatabaseRole.FRONTEND: (TableRight("select", ("runs", "outputs")),),
        DatabaseRole.BACKEND: (TableRight(ALL, ("runs", "outputs")),),
    },
)
