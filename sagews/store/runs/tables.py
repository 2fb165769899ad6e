"""The tables of runs and their output."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, Right, StoreTables

TABLES = StoreTables(
    group="workspaces",
    tables=("runs", "outputs"),
    rights={
        DatabaseRole.FRONTEND: (Right("select", ("runs", "outputs")),),
        DatabaseRole.BACKEND: (Right(ALL, ("runs", "outputs")),),
    },
)
