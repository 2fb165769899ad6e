"""Each workspace says how much its files take, as the worker that has them told last."""

from __future__ import annotations

from sagews.store.migrations.steps import statements

revision = "0010"
down_revision = "0009"

upgrade = statements("alter table workspaces add column home_bytes bigint not null default 0")
downgrade = statements("alter table workspaces drop column home_bytes")
