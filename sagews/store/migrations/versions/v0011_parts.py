"""Large byte strings come in parts (store/parts.py), which lie here until the statement that puts them together.

They are added and taken in one transaction, so that nobody else ever sees one and a crash leaves none: they need no
log. What was taken keeps its room until a vacuum, which may be slower than megabytes come; so whoever has taken some
gives all of it back, when it has become much and nobody else uses the table in that moment.
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
alter table parts set (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 50,
    autovacuum_vacuum_cost_delay = 0, toast.autovacuum_vacuum_scale_factor = 0,
    toast.autovacuum_vacuum_threshold = 4000, toast.autovacuum_vacuum_cost_delay = 0);

create function parts_room_return() returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    enough constant bigint := 32 * 1024 * 1024;
begin
    if pg_total_relation_size('public.parts') > enough then
        lock table public.parts in access exclusive mode nowait;
        -- Those of others are under way in transactions that would hold the table.
        truncate public.parts;
    end if;
exception when lock_not_available then
    null;
end
$body$;
revoke execute on function parts_room_return() from public;
"""

upgrade = statements(UP)
downgrade = statements("drop function parts_room_return(); drop table parts")
