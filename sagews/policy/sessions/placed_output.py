"""Where the pieces of one run stand, and which of them go or are replaced by what comes next.

Pieces are numbered as they come; one that takes the place of another has its number, and one that goes leaves a gap. A
session is hostile: there are bounds for areas (wire/session/areas.py), for display ids and for how scattered the pieces
of areas may be.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.model.sessions import PieceKind
from sagews.policy.sessions.ranges import Range, is_in
from sagews.wire.session.areas import OWN, AreaTree

MAX_DISPLAYS = 1000
# Of one display id, in one run: each update is a piece for each.
MAX_PLACES = 8
MAX_RANGES = 20_000

Ranges = list[Range]
"""Numbers of pieces, from the first to the last of each range, in order."""


@dataclass(slots=True)
class OutputChange:
    """What a piece changes.

    Attributes:
        removed: pieces that go, before it is taken.
        count: how many these are.
        freed: their bytes.
        numbers: the number of the piece; of an update, those of all that it replaces.
        areas: where each of these stands.
        growth: bytes by which these become more.
    """

    removed: Ranges = field(default_factory=list)
    count: int = 0
    freed: int = 0
    numbers: list[int] = field(default_factory=list)
    areas: list[int] = field(default_factory=list)
    growth: int = 0


@dataclass(slots=True)
class _Place:
    """The pieces that stand right in one area."""

    ranges: Ranges = field(default_factory=list)
    count: int = 0
    size: int = 0


@dataclass(slots=True)
class _Shown:
    """A piece with a display id."""

    number: int
    area: int
    size: int


class PlacedOutput:
    """The pieces of one run.

    Attributes:
        last: the number of the latest piece.
        size: bytes of all that are there.
    """

    __slots__ = ("_cleared_to", "_displays", "_places", "_ranges", "_tree", "_waiting", "last", "size")

    def __init__(self) -> None:
        self.last = self._cleared_to = self.size = 0
        self._tree = AreaTree()
        # Made with the first piece of each: of nearly all runs there is the own output only.
        self._places: dict[int, _Place] = {}
        self._ranges = 0
        self._displays: dict[str, list[_Shown]] = {}
        self._waiting: frozenset[int] = frozenset()

    def change(self, kind: PieceKind, body: Mapping[str, Any], size: int) -> OutputChange | None:
        """Return what a piece of so many bytes would change; None if it has no place, or nothing to replace.

        Raises:
            SagewsError: `limit` when the pieces of areas are too scattered.
        """
        if kind is PieceKind.CLEAR:
            return self._cleared(body)
        if kind is PieceKind.UPDATE:
            return self._updated(body, size)
        area = place_of(kind, body)
        if area not in self._tree or (kind is PieceKind.AREA and not self._tree.fits(body["area"], area)):
            return None
        change = self._removal(area) if area in self._waiting else OutputChange()
        if self._ranges > MAX_RANGES:
            advice = "Print longer pieces into each of its areas."
            raise SagewsError("limit", limit=f"{MAX_RANGES} changes between areas of one output", advice=advice)
        change.numbers, change.areas, change.growth = [self.last + 1], [area], size
        return change

    def take(self, kind: PieceKind, body: Mapping[str, Any], size: int, change: OutputChange) -> bool:
        """Take a piece with what it changes; returns whether it stands there now, or replaces something."""
        if kind is PieceKind.CLEAR:
            self._clear(int(body.get("area", OWN)), wait=bool(body.get("wait")))
            return False
        if kind is PieceKind.UPDATE:
            for shown in self._displays[body["display"]]:
                self._places[shown.area].size += size - shown.size
                shown.size = size
            self.size += change.growth
            return True
        area = place_of(kind, body)
        if area in self._waiting:
            self._clear(area, wait=False)
        return self.add(kind, body, size, self.last + 1)

    def empty(self) -> None:
        """Forget all pieces; what comes next has the next number."""
        self._clear(OWN, wait=False)

    def has(self, number: int, area: int) -> bool:
        """Whether the piece of this number is there, which was put into this area."""
        if area == OWN:
            return self._cleared_to < number <= self.last
        place = self._places.get(area)
        return place is not None and is_in(place.ranges, number)

    def add(self, kind: PieceKind, body: Mapping[str, Any], size: int, number: int) -> bool:
        """Take a piece of this number, as from the store; False if it has no place."""
        area = place_of(kind, body)
        if area not in self._tree or (kind is PieceKind.AREA and not self._tree.make(body["area"], area)):
            return False
        place = self._places.get(area)
        if place is None:
            place = self._places[area] = _Place()
        self.last = number
        self.size += size
        place.size += size
        place.count += 1
        if area != OWN:
            self._append(place.ranges, number)
        display = body.get("display")
        if display and kind is PieceKind.DISPLAY:
            self._note(display, _Shown(number, area, size))
        return True

    # ------------------------------------------------------------------------------------- inside

    def _cleared(self, body: Mapping[str, Any]) -> OutputChange | None:
        area = int(body.get("area", OWN))
        if area not in self._tree:
            return None
        return OutputChange() if body.get("wait") else self._removal(area)

    def _updated(self, body: Mapping[str, Any], size: int) -> OutputChange | None:
        shown = self._displays.get(body["display"])
        if not shown:
            return None
        return OutputChange(
            numbers=[each.number for each in shown],
            areas=[each.area for each in shown],
            growth=sum(size - each.size for each in shown),
        )

    def _removal(self, area: int) -> OutputChange:
        """Return what a clear takes away."""
        gone = [self._places[each] for each in (area, *self._tree.inside(area)) if each in self._places]
        count, freed = sum(each.count for each in gone), sum(each.size for each in gone)
        if not count:
            return OutputChange()
        if area == OWN:
            return OutputChange([(1, self.last)], count, freed)
        return OutputChange(_joined(each for place in gone for each in place.ranges), count, freed)

    def _clear(self, area: int, *, wait: bool) -> None:
        if wait:
            self._waiting |= {area}
            return
        if area == OWN:
            self._cleared_to = self.last
        inside = self._tree.inside(area)
        gone = {area, *inside}
        self._tree.forget(inside)
        self._waiting -= gone
        for each in gone:
            place = self._places.pop(each, None)
            if place is not None:
                self.size -= place.size
                self._ranges -= len(place.ranges)
        for display, shown in list(self._displays.items()):
            left = [each for each in shown if each.area not in gone]
            if not left:
                del self._displays[display]
            elif len(left) < len(shown):
                self._displays[display] = left

    def _append(self, ranges: Ranges, number: int) -> None:
        if ranges and ranges[-1][1] == number - 1:
            ranges[-1] = ranges[-1][0], number
        else:
            ranges.append((number, number))
            self._ranges += 1

    def _note(self, display: str, shown: _Shown) -> None:
        # Those of the latest, and among them the latest, are those that are updated.
        self._displays[display] = [*self._displays.pop(display, ()), shown][-MAX_PLACES:]
        if len(self._displays) > MAX_DISPLAYS:
            del self._displays[next(iter(self._displays))]


def place_of(kind: PieceKind, body: Mapping[str, Any]) -> int:
    """Return the area in which a piece stands."""
    return int(body.get("parent" if kind is PieceKind.AREA else "area", OWN))


def _joined(ranges: Iterable[tuple[int, int]]) -> Ranges:
    """Return ranges in order, those that touch as one."""
    found: Ranges = []
    for first, last in sorted(ranges):
        if found and found[-1][1] == first - 1:
            found[-1] = found[-1][0], last
        else:
            found.append((first, last))
    return found
