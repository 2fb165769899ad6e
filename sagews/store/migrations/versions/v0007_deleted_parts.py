"""The history of a deleted workspace goes a part at a time: all of it at once may take longer than a statement has."""

from __future__ import annotations

from sagews.store.migrations.steps import refusal, statements

revision = "0007"
down_revision = "0006"

UP = """
drop function deleted_histories_remove(timestamptz, integer);

create function deleted_history_remove(space uuid, before timestamptz, most bigint) returns boolean
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    rows_at_once constant integer := 2000;
    freed bigint;
    freed_outputs bigint;
    done boolean;
begin
    perform from public.workspaces w where w.id = space and w.deleted < before for update;
    if not found then
        return true;
    end if;
    -- First what names the rest, so that nobody takes what is left for a history.
    delete from public.refs where workspace = space;
    delete from public.commits where workspace = space and id in (
        select c.id from public.commits c where c.workspace = space limit rows_at_once);
    with listed as (
        select commit, octet_length(data) as size from public.bundles where workspace = space limit rows_at_once
    ),
    doomed as (select commit, sum(size) over (order by commit) - size as ahead from listed),
    gone as (
        delete from public.bundles b using doomed d
        where b.workspace = space and b.commit = d.commit and d.ahead < most returning octet_length(b.data) as size
    )
    select coalesce(sum(size), 0) into freed from gone;
    with listed as (
        select commit, ordinal, size from public.version_outputs where workspace = space limit rows_at_once
    ),
    doomed as (select commit, ordinal, sum(size) over (order by commit, ordinal) - size as ahead from listed),
    gone as (
        delete from public.version_outputs v using doomed d
        where v.workspace = space and v.commit = d.commit and v.ordinal = d.ordinal and d.ahead < most - freed
        returning v.size
    )
    select coalesce(sum(size), 0) into freed_outputs from gone;
    done := not exists (select from public.bundles where workspace = space)
        and not exists (select from public.version_outputs where workspace = space)
        and not exists (select from public.commits where workspace = space);
    -- One that is not done yet is found again by what it still takes.
    update public.workspaces
        set history_bytes = case when done then 0 else greatest(1, history_bytes - freed - freed_outputs) end
        where id = space;
    return done;
end
$body$;
revoke execute on function deleted_history_remove(uuid, timestamptz, bigint) from public;
"""

upgrade = statements(UP)
# The function of before fails at large histories.
downgrade = refusal("restore an older backup instead")
