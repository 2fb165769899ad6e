"""Named versions keep the outputs of their cells; they count as history, and go with that of a deleted workspace."""

from __future__ import annotations

from sagews.store.migrations.steps import refusal, statements

revision = "0006"
down_revision = "0005"

UP = """
create table version_outputs (
    workspace uuid not null references workspaces on delete cascade,
    commit text not null,
    ordinal integer not null,
    path text not null,
    cell text not null,
    number integer not null,
    state text not null,
    hash text not null,
    started timestamptz,
    finished timestamptz,
    seconds double precision,
    pieces jsonb not null,
    size bigint not null,
    primary key (workspace, commit, ordinal)
);

create or replace function deleted_histories_remove(before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    spaces uuid[];
begin
    select array_agg(id) into spaces from (
        select id from public.workspaces where deleted < before and history_bytes > 0 order by deleted limit most
    ) doomed;
    delete from public.version_outputs where workspace = any (spaces);
    delete from public.bundles where workspace = any (spaces);
    delete from public.refs where workspace = any (spaces);
    delete from public.commits where workspace = any (spaces);
    update public.workspaces set history_bytes = 0 where id = any (spaces);
    return coalesce(array_length(spaces, 1), 0);
end
$body$;
"""

upgrade = statements(UP)
# Versions would lose what they keep.
downgrade = refusal("restore an older backup instead")
