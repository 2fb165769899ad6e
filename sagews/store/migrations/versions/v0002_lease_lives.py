"""A lease names the life of the backend that holds it, beside the name that all its lives have.

Rows of an older daemon name none: whoever has the backend's name takes them over at once, under a new epoch.
"""

from __future__ import annotations

from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Add the column."""
    op.execute("alter table leases add column life uuid")


def downgrade() -> None:
    """Take it away."""
    op.execute("alter table leases drop column life")
