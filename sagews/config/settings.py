"""All sections together. A new section is a file beside this one and a field here."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from sagews.config.database import DatabaseSection
from sagews.config.disk import DiskSection
from sagews.config.isolation import IsolationSection
from sagews.config.link import LinkSection
from sagews.config.operators.logs import LogsSection
from sagews.config.operators.manhole import ManholeSection
from sagews.config.operators.metrics import MetricsSection
from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.config.section import Section
from sagews.config.sessions import SessionsSection
from sagews.config.sign_in import SignInSection
from sagews.config.site import SiteSection
from sagews.model.accounts import Privilege
from sagews.model.sessions import MEBIBYTE, Limits

ROLES = ("frontend", "backend", "worker", "log")


class Settings(Section, frozen=True, kw_only=True):
    """All settings; a section that is missing keeps its defaults."""

    data: str = ""
    account: str = "sagews"
    site: SiteSection = SiteSection()
    database: DatabaseSection = DatabaseSection()
    sessions: SessionsSection = SessionsSection()
    disk: DiskSection = DiskSection()
    isolation: IsolationSection = IsolationSection()
    link: LinkSection = LinkSection()
    logs: LogsSection = LogsSection()
    metrics: MetricsSection = MetricsSection()
    manhole: ManholeSection = ManholeSection()
    sign_in: SignInSection = SignInSection()
    user_quota: QuotaSection = QuotaSection()
    administrator_quota: AdministratorQuotaSection = AdministratorQuotaSection()

    @property
    def quotas(self) -> Mapping[Privilege, QuotaSection]:
        """What an account of each type may have."""
        return {Privilege.USER: self.user_quota, Privilege.ADMINISTRATOR: self.administrator_quota}

    def limits(self) -> Limits:
        """Return the limits of one session: those of `[sessions]`, and the largest home that any account may have."""
        largest = max(quota.home for quota in self.quotas.values())
        return self.sessions.limits(disk=largest * MEBIBYTE)

    @property
    def folder(self) -> Path:
        """The data folder."""
        return Path(self.data)

    @property
    def link_port(self) -> int:
        """Where a backend listens for workers."""
        # Counted from the site's port, so that two installations on one machine need one setting each to keep out of
        # each other's way.
        return self.link.port if self.link.port is not None else self.site.port + 2

    @property
    def collector_port(self) -> int:
        """Where a collector listens."""
        return self.link.collector_port if self.link.collector_port is not None else self.site.port + 3

    @property
    def backend_addresses(self) -> list[tuple[str, int]]:
        """Whom a worker dials: every backend that may use it."""
        return [_address(each, self.link_port) for each in self.link.backend or (None,)]

    @property
    def collector_address(self) -> tuple[str, int]:
        """Whom a shipper dials."""
        return _address(self.link.collector, self.collector_port)


def _address(text: str | None, port: int) -> tuple[str, int]:
    if text is None:
        return "127.0.0.1", port
    host, _, number = text.rpartition(":")
    return host.strip("[]"), int(number)
