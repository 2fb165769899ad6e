"""How weak a jail may be."""

from __future__ import annotations

from sagews.config.section import Section
from sagews.model.sessions import Isolation


class IsolationSection(Section, frozen=True, kw_only=True):
    """The weakest level at which a worker may start; by default `namespaces` as root and `userns` otherwise."""

    minimum: Isolation | None = None
    level: str = "auto"
