"""Which PostgreSQL."""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.config.section import Section


class DatabaseSection(Section, frozen=True, kw_only=True):
    """Which PostgreSQL: a DSN, in a file that only the daemon can read, else an own cluster in the data folder."""

    dsn_file: str | None = None
    # Three at least: one for each of the roles that have a pool (roles/database.py shares them out).
    connections: Annotated[int, msgspec.Meta(ge=3, le=100)] = 12
