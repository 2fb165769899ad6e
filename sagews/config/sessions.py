"""What sessions may use."""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.config.section import Positive, Section
from sagews.model.sessions import MEBIBYTE, Limits


class SessionsSection(Section, frozen=True, kw_only=True):
    """What sessions may use, and where their Python lives.

    Attributes:
        environments: flavour → virtual environment; by default those that `make run` built, else the daemon's own.
        memory_mib … cpu_hours: the limits of one session; `home_mib` is the size of homes in memory.
        pool: waiting children kept per flavour.
        idle_minutes: an idle session that nobody used for so long is ended.
    """

    environments: dict[str, str] = {}
    memory_mib: Annotated[int, msgspec.Meta(ge=64)] = 2048
    home_mib: Annotated[int, msgspec.Meta(ge=16)] = 1024
    file_mib: Annotated[int, msgspec.Meta(ge=1)] = 256
    processes: Annotated[int, msgspec.Meta(ge=4, le=10_000)] = 64
    cpu_hours: Positive = 24
    pool: Annotated[int, msgspec.Meta(ge=1, le=64)] = 2
    capacity: Positive = 200
    idle_minutes: Positive = 60
    # Far above the accounts of people and of packages, and below what a signed 32-bit number holds, which some tools
    # take it for.
    first_uid: Annotated[int, msgspec.Meta(ge=1000, le=2**31 - 2000)] = 200_000
    uids: Annotated[int, msgspec.Meta(ge=16, le=100_000)] = 1000

    def limits(self, disk: int) -> Limits:
        """Return the limits of one session, with what its workspace's home may hold in bytes."""
        return Limits(
            memory=self.memory_mib * MEBIBYTE,
            processes=self.processes,
            file=self.file_mib * MEBIBYTE,
            home=self.home_mib * MEBIBYTE,
            cpu_seconds=self.cpu_hours * 3600,
            disk=disk,
        )
