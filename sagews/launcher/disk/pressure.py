"""Decides which homes may not grow while the disk under them is nearly full. Pure: numbers in, names out.

Whoever fills the disk is held before anybody else notices: first who grew a lot just now, then, where that was not
enough, who has much, and in the end everybody, because a database that can't write stops everybody for longer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import IntEnum

MEBIBYTE = 2**20
GREW = 16 * MEBIBYTE
"""Growth of one home within the time that is looked back on which makes it one of those who fill the disk."""
MUCH = 64 * MEBIBYTE
SPARED = 8 * MEBIBYTE
"""Every home may have so much while there is room for it: a session that begins in order to delete writes a little."""
SPARED_SHARE = 16
"""The part of what is still free that one home may have: however many come, together they never have all of it."""
RELIEF = 1.25
"""The room that has to be free again, as a multiple of the reserve, before anybody is let go."""


class Shortage(IntEnum):
    """How badly room is missing."""

    NONE = 0
    SOME = 1
    HALF = 2
    DIRE = 3


@dataclass(frozen=True, slots=True)
class DiskBounds:
    """What homes must leave, in bytes.

    Attributes:
        reserve: what stays free on the disk for the database, the logs and the system; 0: the smaller of 2 GiB and a
            twentieth of the disk.
        homes: what all homes together may take; 0: as much as the reserve allows.
    """

    reserve: int = 0
    homes: int = 0


@dataclass(frozen=True, slots=True)
class Filling:
    """What a home holds, and by how much it grew lately, in bytes."""

    used: int
    grown: int


def reserve_of(bounds: DiskBounds, disk: int) -> int:
    """Return the bytes that must stay free on a disk of this size."""
    return bounds.reserve or min(2048 * MEBIBYTE, disk // 20)


def shortage(free: int, reserve: int, used: int, bounds: DiskBounds) -> Shortage:
    """Return how badly room is missing.

    Args:
        free: bytes on the disk that are neither taken nor promised to a home.
        reserve: what must stay free.
        used: by all homes together.
        bounds: the operator's.
    """
    if free < reserve // 4:
        return Shortage.DIRE
    if free < reserve // 2 or (bounds.homes and used > bounds.homes + bounds.homes // 20):
        return Shortage.HALF
    return Shortage.SOME if free < reserve or (bounds.homes and used > bounds.homes) else Shortage.NONE


def spared(free: int, reserve: int) -> int:
    """Return up to how many bytes the next home that is held may still grow; half of a dire reserve is for nobody.

    Args:
        free: bytes on the disk that are neither taken nor promised, also not to homes that are held already.
        reserve: what must stay free.
    """
    return min(SPARED, max(0, free - reserve // 8) // SPARED_SHARE)


def is_over(free: int, reserve: int, used: int, bounds: DiskBounds) -> bool:
    """Whether there is room enough again to let everybody go."""
    return free >= reserve * RELIEF and (not bounds.homes or used * RELIEF <= bounds.homes)


def to_hold(homes: Mapping[str, Filling], short: Shortage) -> set[str]:
    """Return the homes that may not grow any more."""
    if short is Shortage.NONE:
        return set()
    if short is Shortage.DIRE:
        return set(homes)
    return {
        name for name, home in homes.items() if home.grown >= GREW or (short is Shortage.HALF and home.used >= MUCH)
    }
