"""The tables of versions. History is append-only for everyone: nobody may delete."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import StoreTables, TableRight

TABLES = StoreTables(
    group="workspaces",
    tables=("commits", "refs", "bundles"),
    rights={
        DatabaseRole.FRONTEND: (TableRight("select", ("commits", "refs", "bundles")),),
        DatabaseRole.BACKEND: (TableRight("select, insert, update", ("commits", "refs", "bundles")),),
    },
)
