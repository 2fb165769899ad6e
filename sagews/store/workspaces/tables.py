"""The tables of workspaces, their documents, tickets and leases. The backend changes no grants and makes no tickets."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import ALL, Right, StoreTables

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
    ),
    rights={
        DatabaseRole.FRONTEND: (
            Right(ALL, ("workspaces", "workspace_users", "documents", "tickets", "publications")),
            Right("select", ("leases", "document_snapshots", "document_updates")),
        ),
        DatabaseRole.BACKEND: (
            Right("select", ("workspace_users", "publications")),
            Right("select, update", ("workspaces",)),
            Right(ALL, ("documents", "document_updates", "document_snapshots", "leases")),
            Right("select, delete", ("tickets",)),
        ),
    },
)
