"""Decides which homes may not grow while the disk under them is nearly full. Pure: numbers in, names out.

Room is shared between accounts: who has no more than a fair share is not held for what somebody else keeps there. Of
those who have more, first homes are held that grew a lot just now, then, where that was not enough, those that hold
much, then all. While others grow into what is left, each has a ceiling ahead of it, so that no single one gets to the
end of the disk between two looks. At the very end everybody is held, because a database that can't write stops
everybody for longer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import IntEnum

MEBIBYTE = 2**20
GREW = 16 * MEBIBYTE
"""Growth of one home within the time that is looked back on which makes it one of those who fill the disk."""
MUCH = 64 * MEBIBYTE
LITTLE = MEBIBYTE
"""Growth of one home that counts where its account as a whole grew by GREW, or where it is given a ceiling."""
AHEAD_SHARE = 4
"""The part of what is left, but for the last, by which one home may grow until the next look at most."""
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
    LAST = 4


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
    """What a home holds, and by how much it grew lately, in bytes; and whose it is."""

    used: int
    grown: int
    owner: str


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
    if free < reserve // 8:
        return Shortage.LAST
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


def over_their_share(homes: Mapping[str, Filling], resting: Mapping[str, int]) -> set[str]:
    """Return the accounts that would have to give something away if all together had half of what they take now.

    Shares are equal, and what somebody does not need of theirs is shared among the others: who keeps little is not
    over, however many there are and whatever one of them keeps.

    Args:
        homes: those that can grow.
        resting: bytes that accounts keep in homes that nobody uses.
    """
    sums = Counter(resting)
    for home in homes.values():
        sums[home.owner] += home.used
    left, count = sum(sums.values()) / 2, len(sums)
    for _, used in sorted(sums.items(), key=lambda item: item[1]):
        if used > left / count:
            break
        left, count = left - used, count - 1
    return {owner for owner, used in sums.items() if count and used > left / count}


def to_hold(homes: Mapping[str, Filling], short: Shortage, greedy: Collection[str]) -> set[str]:
    """Return the homes that may not grow any more.

    Args:
        homes: all that can grow.
        short: how badly room is missing.
        greedy: the accounts that are over their share.
    """
    if short in (Shortage.NONE, Shortage.LAST):
        return set(homes) if short else set()
    grown: Counter[str] = Counter()
    for home in homes.values():
        grown[home.owner] += home.grown
    return {
        name
        for name, home in homes.items()
        if (grown[home.owner] >= GREW and home.grown >= LITTLE and (home.owner in greedy or short is Shortage.DIRE))
        or (home.owner in greedy and (short is Shortage.DIRE or (short is Shortage.HALF and home.used >= MUCH)))
    }


def ahead(free: int, reserve: int, growing: int) -> int:
    """Return by how many bytes each of so many homes that are not held may grow until the next look."""
    return max(0, free - reserve // 8) // max(AHEAD_SHARE, 2 * growing)
