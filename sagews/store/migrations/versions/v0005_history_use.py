"""Each workspace says how much its history takes, and two functions remove of it what may go.

History is append-only for every role. What may be removed is decided here, whoever asks: autosaves that no ref and no
other bundle needs, and all of workspaces that were deleted. The functions run as the schema's owner, so that the
backend's role needs no right to delete anything else.
"""

from __future__ import annotations

from sagews.store.migrations.steps import statements

revision = "0005"
down_revision = "0004"

UP = """
alter table workspaces add column history_bytes bigint not null default 0;
update workspaces w set history_bytes = s.bytes
    from (select workspace, sum(octet_length(data)) as bytes from bundles group by workspace) s
    where s.workspace = w.id;
create index commits_autosaves on commits (workspace, time) where ref = 'autosave';
create index workspaces_deleted on workspaces (deleted) where deleted is not null;

create function autosaves_remove(space uuid, unwanted text[]) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    freed bigint;
begin
    with needed as (
        select unnest(b.needs) as id from public.bundles b where b.workspace = space
        union select r.commit from public.refs r where r.workspace = space
        union select c.parent from public.commits c where c.workspace = space
        union select p.commit from public.publications p where p.workspace = space
    ),
    gone as (
        delete from public.commits c where c.workspace = space and c.id = any (unwanted)
            and c.ref = 'autosave' and c.kind = 'autosave'
            and not exists (select from needed n where n.id = c.id)
        returning c.id
    ),
    emptied as (
        delete from public.bundles b using gone g where b.workspace = space and b.commit = g.id
        returning octet_length(b.data) as size
    )
    select coalesce(sum(size), 0) into freed from emptied;
    update public.workspaces set history_bytes = greatest(0, history_bytes - freed) where id = space;
    return freed;
end
$body$;

create function deleted_histories_remove(before timestamptz, most integer) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    spaces uuid[];
begin
    select array_agg(id) into spaces from (
        select id from public.workspaces where deleted < before and history_bytes > 0 order by deleted limit most
    ) doomed;
    delete from public.bundles where workspace = any (spaces);
    delete from public.refs where workspace = any (spaces);
    delete from public.commits where workspace = any (spaces);
    update public.workspaces set history_bytes = 0 where id = any (spaces);
    return coalesce(array_length(spaces, 1), 0);
end
$body$;
revoke execute on function autosaves_remove(uuid, text[]), deleted_histories_remove(timestamptz, integer) from public;
"""
DOWN = """
drop function deleted_histories_remove(timestamptz, integer);
drop function autosaves_remove(uuid, text[]);
drop index workspaces_deleted;
drop index commits_autosaves;
alter table workspaces drop column history_bytes;
"""

upgrade = statements(UP)
downgrade = statements(DOWN)
