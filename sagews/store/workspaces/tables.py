"""The tables of workspaces, their documents, tickets and leases. The backend changes no grants and makes no tickets.

In `parts` lies what is on its way into one of these tables, of runs or of versions.
"""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, StoreTables, TableRight

TABLES = StoreTables(
    group="workspaces",
    tables=(
        "workspaces",
        "workspace_users",
        "documents",
        "document_updates",
        "document_snapshots",
        "tickets",
        "leases",
        "publications",
        "parts",
    ),
    rights={
        DatabaseRole.FRONTEND: (
            TableRight(ALL, ("workspaces", "workspace_users", "documents", "tickets", "publications")),
            TableRight("select", ("leases", "document_snapshots", "document_updates")),
        ),
        DatabaseRole.BACKEND: (
            TableRight("select", ("workspace_users", "publications")),
            TableRight("select, update", ("workspaces",)),
            TableRight(ALL, ("documents", "document_updates", "document_snapshots", "leases")),
            TableRight("select, delete", ("tickets",)),
            TableRight("select, insert, delete", ("parts",)),
        ),
    },
    functions={DatabaseRole.BACKEND: ("parts_room_return()",)},
)
