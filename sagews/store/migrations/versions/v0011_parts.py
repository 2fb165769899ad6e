"""Large byte strings come in parts (store/parts.py), which lie here until the statement that puts them together.

They are added and taken in one transaction, so that nobody else ever sees one and a crash leaves none: they need no
log. Their room is to be used again at once, like that of outputs.
"""

from __future__ import annotations

from sagews.store.migrations.steps import statements

revision = "0011"
down_revision = "0010"

UP = """
create unlogged table parts (
    upload uuid not null,
    ordinal integer not null,
    data bytea not null,
    primary key (upload, ordinal)
);
alter table parts alter column data set storage external;
alter table parts set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50,
    toast.autovacuum_vacuum_scale_factor = 0, toast.autovacuum_vacuum_threshold = 4000);
"""

upgrade = statements(UP)
downgrade = statements("drop table parts")
