"""What is logged."""

from __future__ import annotations

from typing import Literal

from sagews.config.section import Section


class LogsSection(Section, frozen=True, kw_only=True):
    """What daemons write into their logs: events of this level and worse."""

    level: Literal["debug", "info", "warn", "error"] = "info"
