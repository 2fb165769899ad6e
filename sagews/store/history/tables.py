"""The tables of versions. History is append-only for everyone: nobody may delete."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import Right, StoreTables

TABLES = StoreTables(
    group="workspaces",
    tables=("commits", "refs", "bundles"),
    rights={
        DatabaseRole.FRONTEND: (Right("select", ("commits", "refs", "bundles")),),
        DatabaseRole.BACKEND: (Right("select, insert, update", ("commits", "refs", "bundles")),),
    },
)
