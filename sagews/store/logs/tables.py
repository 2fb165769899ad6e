"""The table of log records; its partitions are made and dropped by two functions of the schema's owner."""

from __future__ import annotations

from sagews.model.database import DatabaseRole
from sagews.store.tables import StoreTables, TableRight

TABLES = StoreTables(
    group="logs",
    tables=("log_records",),
    rights={
        DatabaseRole.FRONTEND: (TableRight("select", ("log_records",)),),
        DatabaseRole.LOG: (TableRight("select, insert", ("log_records",)),),
    },
    functions={DatabaseRole.LOG: ("log_partition_ensure(date)", "log_partitions_drop_before(date)")},
)
