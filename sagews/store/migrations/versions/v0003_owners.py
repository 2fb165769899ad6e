"""Workspaces are counted and listed by their owner and by when they were edited, so both are found without a search."""

from __future__ import annotations

from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Add the index."""
    op.execute("create index workspaces_owner on workspaces (owner) where deleted is null")


def downgrade() -> None:
    """Take it away."""
    op.execute("drop index workspaces_owner")
