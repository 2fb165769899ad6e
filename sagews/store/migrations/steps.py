"""What every step of the schema's history does: run its statements one way, and back or not at all."""

from __future__ import annotations

from collections.abc import Callable

from alembic import op
from alembic.util import CommandError

Step = Callable[[], None]


def statements(sql: str) -> Step:
    """Return a step that runs these statements in the step's transaction."""

    def step() -> None:
        """Run them."""
        op.execute(sql)

    return step


def refusal(advice: str) -> Step:
    """Return a way back that is none, because something would be lost: Alembic ends with the advice."""

    def step() -> None:
        """Refuse."""
        raise CommandError(advice)

    return step
