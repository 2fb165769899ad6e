"""The first schema: accounts, workspaces, documents, runs, history, installation, logs.

No foreign key crosses accounts, workspaces and logs, so that they can live in several databases. Ids are uuid, hashes
and CRDT updates bytea, times timestamptz. Log records lie in daily partitions, made and dropped by two functions that
run as the schema's owner, so that the collector's role needs no right to change the schema.
"""

from __future__ import annotations

from alembic import op

from sagews.store.migrations.steps import refusal

revision = "0001"
down_revision = None

ACCOUNTS = """
create table users (
    id uuid primary key,
    email text not null check (length(email) between 3 and 320),
    name text not null,
    privilege text not null check (privilege in ('administrator', 'user')),
    password_hash text,
    has_password boolean generated always as (password_hash is not null) stored,
    disabled boolean not null default false,
    created timestamptz not null default now()
);
create unique index users_email on users (lower(email));

create table user_settings (
    user_id uuid not null references users on delete cascade,
    prop text not null,
    value text not null,
    primary key (user_id, prop)
);

create table logins (
    id uuid primary key,
    user_id uuid not null references users on delete cascade,
    cookie_hash bytea unique,
    secret_hash bytea,
    token_hash bytea unique,
    created timestamptz not null default now(),
    expires timestamptz not null,
    ended timestamptz
);
create index logins_user on logins (user_id);
create index logins_expires on logins (expires);

create table one_time_tokens (
    kind text not null,
    token_hash bytea not null,
    subject text not null,
    expires timestamptz not null,
    primary key (kind, token_hash)
);
create index one_time_tokens_expires on one_time_tokens (expires);

create table attempts (
    key bytea primary key,
    started timestamptz not null default now(),
    count integer not null
);
create index attempts_started on attempts (started);

create table claims (
    what text primary key,
    time timestamptz not null default now()
);
"""

WORKSPACES = """
create table workspaces (
    id uuid primary key,
    name text not null,
    owner uuid not null,
    type text not null default 'worksheets',
    location text not null default '',
    created timestamptz not null default now(),
    edited timestamptz not null default now(),
    versions integer not null default 0,
    session text not null default 'stopped',
    deleted timestamptz
);

create table workspace_users (
    workspace uuid not null references workspaces on delete cascade,
    user_id uuid not null,
    role text not null check (role in ('viewer', 'editor', 'owner')),
    may_run boolean not null,
    granted timestamptz not null default now(),
    primary key (workspace, user_id)
);
create index workspace_users_user on workspace_users (user_id);

create table documents (
    id uuid primary key,
    workspace uuid not null references workspaces on delete cascade,
    path text not null,
    title text not null,
    created timestamptz not null default now(),
    edited timestamptz not null default now(),
    removed timestamptz,
    last_update bigint not null default 0
);
create unique index documents_path on documents (workspace, path) where removed is null;

create table document_updates (
    document uuid not null references documents on delete cascade,
    sequence bigint not null,
    author uuid not null,
    time timestamptz not null default now(),
    data bytea not null,
    primary key (document, sequence)
);

create table document_snapshots (
    document uuid primary key references documents on delete cascade,
    covers bigint not null,
    time timestamptz not null default now(),
    state bytea not null
);

create table tickets (
    hash bytea primary key,
    login uuid not null,
    user_id uuid not null,
    workspace uuid,
    role text not null,
    backend text not null,
    expires timestamptz not null
);
create index tickets_expires on tickets (expires);

create table leases (
    workspace uuid primary key references workspaces on delete cascade,
    backend text,
    epoch bigint not null,
    expires timestamptz not null
);

create table publications (
    id uuid primary key,
    workspace uuid not null references workspaces on delete cascade,
    commit text not null,
    path text not null,
    author uuid not null,
    created timestamptz not null default now(),
    withdrawn timestamptz
);
create index publications_workspace on publications (workspace);
"""

RUNS = """
create table runs (
    id uuid primary key,
    document uuid not null references documents on delete cascade,
    cell text not null,
    lane text not null,
    session uuid not null,
    author uuid not null,
    number integer not null,
    state text not null
        check (state in ('queued', 'running', 'done', 'error', 'interrupted', 'cancelled', 'lost')),
    hash text not null,
    queued timestamptz not null,
    started timestamptz,
    finished timestamptz,
    seconds double precision,
    position bigint generated always as identity
);
create index runs_cell on runs (document, lane, cell, position desc);
create index runs_unfinished on runs (document) where state in ('queued', 'running');

create table outputs (
    run uuid not null references runs on delete cascade,
    sequence bigint not null,
    kind text not null,
    body jsonb not null,
    primary key (run, sequence)
);
"""

HISTORY = """
create table commits (
    workspace uuid not null references workspaces on delete cascade,
    id text not null,
    parent text,
    tree text not null,
    ref text not null,
    kind text not null,
    name text not null,
    author uuid,
    author_name text not null,
    time timestamptz not null,
    files_changed integer not null,
    position bigint generated always as identity,
    primary key (workspace, id)
);
create unique index commits_position on commits (workspace, position desc);

create table refs (
    workspace uuid not null references workspaces on delete cascade,
    name text not null,
    commit text not null,
    moved timestamptz not null default now(),
    primary key (workspace, name)
);

create table bundles (
    workspace uuid not null references workspaces on delete cascade,
    commit text not null,
    needs text[] not null,
    data bytea not null,
    primary key (workspace, commit)
);
alter table bundles alter column data set storage external;
"""

INSTALLATION = """
create table resources (
    url text primary key,
    status text not null,
    status_time timestamptz not null default now(),
    allocation jsonb not null default '{}'
);

create table backends (
    id text primary key,
    url text not null,
    started timestamptz not null default now(),
    seen timestamptz not null default now()
);

create table workers (
    id text primary key,
    backend text not null,
    level text not null,
    flavours text[] not null,
    report jsonb not null default '{}',
    sessions integer not null default 0,
    capacity integer not null default 0,
    seen timestamptz not null default now()
);
"""

LOGS = """
create table log_records (
    id uuid not null,
    time timestamptz not null,
    machine text not null,
    component text not null,
    level text not null,
    namespace text not null,
    correlation text not null,
    message text not null,
    fields jsonb not null,
    primary key (id, time)
) partition by range (time);
create index log_records_time on log_records (time desc, id desc);
create index log_records_correlation on log_records (correlation) where correlation <> '';

create function log_partition_ensure(day date) returns void
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    partition text := 'log_records_' || to_char(day, 'YYYYMMDD');
begin
    if to_regclass('public.' || partition) is not null then
        return;
    end if;
    perform pg_advisory_xact_lock(hashtext('log_records partitions'));
    execute format(
        'create table if not exists public.%I partition of public.log_records for values from (%L) to (%L)',
        partition, day::timestamp at time zone 'UTC', (day + 1)::timestamp at time zone 'UTC'
    );
end
$body$;

create function log_partitions_drop_before(day date) returns integer
language plpgsql security definer set search_path = pg_catalog, public, pg_temp as $body$
declare
    partition text;
    dropped integer := 0;
begin
    perform pg_advisory_xact_lock(hashtext('log_records partitions'));
    for partition in
        select c.relname from pg_inherits i join pg_class c on c.oid = i.inhrelid
        where i.inhparent = 'public.log_records'::regclass
            and c.relname < 'log_records_' || to_char(day, 'YYYYMMDD')
    loop
        execute format('drop table public.%I', partition);
        dropped := dropped + 1;
    end loop;
    return dropped;
end
$body$;
revoke execute on function log_partition_ensure(date), log_partitions_drop_before(date) from public;
"""


def upgrade() -> None:
    """Make everything."""
    for part in (ACCOUNTS, WORKSPACES, RUNS, HISTORY, INSTALLATION, LOGS):
        op.execute(part)


# The first step can't be undone without losing everything.
downgrade = refusal("drop the database instead")
