"""Each run says how much the database has of its output, so that an account's sum is known without reading any.

What older daemons stored is measured once, by its text and not by what it takes on the disk: whoever reads it gets the
text, however well it was compressed. The table of pieces is vacuumed early: what cells printed before they were run
again is deleted all the time, and its room is to be used again rather than more taken from the disk.
"""

from __future__ import annotations

from sagews.store.migrations.steps import statements

revision = "0004"
down_revision = "0003"

UP = """
alter table runs add column printed bigint not null default 0;
update runs r set printed = s.bytes
    from (select run, sum(octet_length(body::text) + 128) as bytes from outputs group by run) s where s.run = r.id;
create index runs_printed on runs (document) include (printed) where printed > 0;
create index documents_workspace on documents (workspace);
create index workspaces_owner_any on workspaces (owner);
alter table outputs set (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_threshold = 500,
    toast.autovacuum_vacuum_scale_factor = 0.02, toast.autovacuum_vacuum_threshold = 500);
"""
DOWN = """
alter table outputs reset (autovacuum_vacuum_scale_factor, autovacuum_vacuum_threshold,
    toast.autovacuum_vacuum_scale_factor, toast.autovacuum_vacuum_threshold);
drop index workspaces_owner_any;
drop index documents_workspace;
alter table runs drop column printed;
"""

upgrade = statements(UP)
downgrade = statements(DOWN)
