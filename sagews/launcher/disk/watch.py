"""Looks at the disk twice a second: what each home holds, what is left for everybody, and who may not grow any more.

All that is asked for here the kernel knows without reading a disk. A home that is held can't grow beyond what it held
then; in it people can read, delete, and write what they have made room for.
"""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

from sagews.launcher.disk.growth import Growth
from sagews.launcher.disk.pressure import (
    LITTLE,
    DiskBounds,
    Filling,
    Shortage,
    ahead,
    is_over,
    over_their_share,
    reserve_of,
    shortage,
    spared,
    to_hold,
)
from sagews.wire.homes import DiskReport, HomeUsage

MOST_TOLD = 300
"""Homes in one report; the rest follows with the next."""
_STEP = 256
"""A change by less than this part of a home's size is told with the next larger one."""


class WatchedHome(Protocol):
    """What is asked of a home."""

    @property
    def taken(self) -> int:
        """Bytes that it takes on the disk by now."""

    def usage(self) -> HomeUsage:
        """Return what it holds and may hold."""

    def hold(self, size: int | None) -> None:
        """Let it grow no further than this for a while; None: let it go."""

    def limit(self, size: int) -> None:
        """Let it grow no further than this until the next look, of which nobody is told: that moves the limit on."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes of the disk under the homes."""

    size: int
    free: int


@dataclass(frozen=True, slots=True)
class _Held:
    """A home that may not grow, and the bytes that it may have."""

    home: WatchedHome
    size: int


def room_at(path: Path) -> Room:
    """Return the room of the disk on which a path lies."""
    status = os.statvfs(path)
    return Room(status.f_blocks * status.f_frsize, status.f_bavail * status.f_frsize)


class DiskWatch:
    """The homes that are mounted, and the room under them.

    Args:
        base: the folder of homes.
        bounds: what homes must leave.
        homes: returns the homes of which it is known what they hold, by workspace.
        owner: returns whose home a workspace's is.
        say: takes a report.
        room: returns the room at a path.

    Attributes:
        short: how badly room was missing at the last look.
    """

    def __init__(
        self,
        base: Path,
        bounds: DiskBounds,
        homes: Callable[[], Mapping[str, WatchedHome]],
        owner: Callable[[str], str],
        say: Callable[[DiskReport], None],
        room: Callable[[Path], Room] = room_at,
    ) -> None:
        self._base = base
        self._bounds = bounds
        self._homes = homes
        self._owner = owner
        self._say = say
        self._room = room
        self._growth = Growth()
        self._held: dict[str, _Held] = {}
        self.short = Shortage.NONE
        self._told: dict[str, HomeUsage] = {}
        self._limited: dict[str, WatchedHome] = {}
        self._seen: dict[str, int] = {}

    def look(self, now: float) -> None:
        """Measure, hold who has to be held, tell what changed.

        Args:
            now: monotonic seconds.
        """
        homes = self._homes()
        usages = {name: home.usage() for name, home in homes.items()}
        grown = self._growth.note(now, {name: usage.used for name, usage in usages.items()})
        room = self._room(self._base)
        promised = sum(max(0, usage.used - homes[name].taken) for name, usage in usages.items())
        free, used = room.free - promised, sum(usage.used for usage in usages.values())
        reserve = reserve_of(self._bounds, room.size)
        fillings = {name: Filling(usage.used, grown[name], self._owner(name)) for name, usage in usages.items()}
        self._seen |= {name: filling.used for name, filling in fillings.items()}
        self.short = shortage(free, reserve, used, self._bounds)
        self._hold_again(homes)
        # Homes that rest may be many more than those in use, and shares are nobody's concern while there is room.
        greedy = over_their_share(fillings, self._resting(homes)) if self.short else set()
        self._hold(homes, fillings, to_hold(fillings, self.short, greedy), free, reserve)
        self._limit(homes, fillings, free, reserve)
        if is_over(free, reserve, used, self._bounds):
            self._let_go(homes)
        self._tell(homes, room.free)

    @property
    def seen(self) -> Mapping[str, int]:
        """What homes held when they were last used, by workspace."""
        return self._seen

    def remember(self, name: str, used: int) -> None:
        """Learn what a home held that was used before this watch began."""
        self._seen.setdefault(name, used)

    def forget(self, name: str) -> None:
        """Learn that a home is gone for good: what it held is nobody's any more."""
        self._seen.pop(name, None)

    def _resting(self, homes: Mapping[str, WatchedHome]) -> Counter[str]:
        """Return what accounts keep in homes that were seen once and that nobody uses now."""
        resting: Counter[str] = Counter()
        for name, used in self._seen.items():
            if name not in homes:
                resting[self._owner(name)] += used
        return resting

    def _limit(
        self, homes: Mapping[str, WatchedHome], fillings: Mapping[str, Filling], free: int, reserve: int
    ) -> None:
        """Put a ceiling ahead of those that grew while room is short and are not held; take it from all in the end."""
        growing = {
            name
            for name, filling in fillings.items()
            if self.short and (filling.grown >= LITTLE or name in self._limited) and name not in self._held
        }
        for name in sorted(self._limited.keys() - growing):
            home = self._limited.pop(name)
            if homes.get(name) is home and name not in self._held:
                self._try(name, partial(home.hold, None))
        for name in growing:
            size = fillings[name].used + ahead(free, reserve, len(growing))
            if self._try(name, partial(homes[name].limit, size)):
                self._limited[name] = homes[name]

    def _hold_again(self, homes: Mapping[str, WatchedHome]) -> None:
        """Forget the homes that are gone, and hold those that were mounted anew between two looks as they were held."""
        held, self._held = self._held, {}
        for name, each in held.items():
            home = homes.get(name)
            if home is each.home:
                self._held[name] = each
            elif home is not None:
                self._try_hold(name, home, each.size)

    def _hold(
        self,
        homes: Mapping[str, WatchedHome],
        fillings: Mapping[str, Filling],
        names: set[str],
        free: int,
        reserve: int,
    ) -> None:
        left = free - sum(max(0, each.size - fillings[name].used) for name, each in self._held.items())
        for name in sorted(names - self._held.keys()):
            used = fillings[name].used
            size = max(used, spared(left, reserve))
            left -= size - used
            self._try_hold(name, homes[name], size)

    def _try_hold(self, name: str, home: WatchedHome, size: int) -> None:
        if self._try(name, partial(home.hold, size)):
            self._held[name] = _Held(home, size)

    def _try(self, name: str, bound: Callable[[], None]) -> bool:
        try:
            bound()
        except OSError as error:
            # A home whose disk gives errors must not end the sessions of all others; it is tried again.
            print(f"the home of {name} can't be held: {error}", file=sys.stderr, flush=True)  # noqa: T201
            return False
        return True

    def _let_go(self, homes: Mapping[str, WatchedHome]) -> None:
        for name in list(self._held):
            with contextlib.suppress(OSError):
                homes[name].hold(None)
                del self._held[name]

    def _tell(self, homes: Mapping[str, WatchedHome], free: int) -> None:
        self._told = {name: usage for name, usage in self._told.items() if name in homes}
        changed: dict[str, HomeUsage] = {}
        for name, home in homes.items():
            usage, told = home.usage(), self._told.get(name)
            if len(changed) < MOST_TOLD and (told is None or _differs(usage, told)):
                changed[name] = usage
        if changed:
            self._told |= changed
            self._say(DiskReport(free, changed))


def _differs(usage: HomeUsage, told: HomeUsage) -> bool:
    """Whether somebody who looks at a home's bar would want to know."""
    step = max(1, usage.size // _STEP)
    return (usage.held, usage.size) != (told.held, told.size) or (
        usage.used // step != told.used // step
        or usage.files * _STEP // max(1, usage.most_files) != told.files * _STEP // max(1, told.most_files)
    )
