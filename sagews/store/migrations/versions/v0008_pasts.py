"""Each document counts how often its past was let go: what was made before the last time fits no more."""

from __future__ import annotations

from sagews.store.migrations.steps import refusal, statements

revision = "0008"
down_revision = "0007"

upgrade = statements("alter table documents add column past integer not null default 0")
# A page would put what it kept from an earlier past beside the present text.
downgrade = refusal("restore an older backup instead")
