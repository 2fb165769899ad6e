"""The name can be taken from a version: what it kept of its cells' outputs goes with it; the version itself stays."""

from __future__ import annotations

from sagews.store.migrations.steps import refusal, statements

revision = "0009"
down_revision = "0008"

UP = """
create function version_unname(space uuid, version text, whose uuid) returns bigint
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    freed bigint;
begin
    update public.commits set kind = 'save', name = ''
        where workspace = space and id = version and kind = 'named' and (whose is null or author = whose);
    if not found then
        return null;
    end if;
    with gone as (
        delete from public.version_outputs where workspace = space and commit = version returning size
    )
    select coalesce(sum(size), 0) into freed from gone;
    update public.workspaces set history_bytes = greatest(0, history_bytes - freed) where id = space;
    return freed;
end
$body$;
revoke execute on function version_unname(uuid, text, uuid) from public;
"""

upgrade = statements(UP)
# The older daemon has no use for it, but a name that was taken is not there any more.
downgrade = refusal("restore an older backup instead")
