"""Each document counts how often its past was let go: what was made before the last time fits no more."""

from __future__ import annotations

from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Add the column."""
    op.execute("alter table documents add column past integer not null default 0")


def downgrade() -> None:
    """Refuse: a page would put what it kept from an earlier past beside the present text."""
    raise NotImplementedError("restore an older backup instead")
