"""The tables of versions. History is append-only for everyone: nobody may delete.

Autosaves that nothing needs, the history of deleted workspaces, and the outputs of a version whose name was taken go by
functions of the schema's owner.
"""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import StoreTables, TableRight

TABLES = StoreTables(
    group="workspaces",
    tables=("commits", "refs", "bundles", "version_outputs"),
    rights={
        DatabaseRole.FRONTEND: (TableRight("select", ("commits", "refs", "bundles")),),
        DatabaseRole.BACKEND: (
            TableRight("select, insert, update", ("commits", "refs", "bundles")),
            TableRight("select, insert", ("version_outputs",)),
        ),
    },
    functions={
        DatabaseRole.BACKEND: (
            "autosaves_remove(uuid, text[])",
            "deleted_history_remove(uuid, timestamptz, bigint)",
            "version_unname(uuid, text, uuid)",
        )
    },
)
