"""Areas of a run's output, and what takes the place of what was shown: the frames, and the tree that areas make.

Apart from the grammar (grammar.py), which has these frames in its tables. Standard library only: session, worker and
backend each keep a tree of their own, by the same rules. An area stands in the run's own output (0) or in another area;
it can be made only inside of one that there is, so that no circle can come about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.wire.fields import Fields
from sagews.wire.session import checks as check

OWN = 0
"""The run's own output, which is no area and holds them all."""

MAX_AREAS = 1000
MAX_AREA_DEPTH = 8
MAX_DISPLAY_ID = 64


@dataclass(frozen=True, slots=True)
class AreaFrame:
    """The cell makes an area, which stands here in its parent. Whoever does not show it itself leaves it to a panel."""

    run: str
    area: int
    parent: int = OWN
    shown: bool = True


@dataclass(frozen=True, slots=True)
class ClearFrame:
    """Everything in an area, or in the whole output, goes: at once, or with the next piece that stands right in it."""

    run: str
    area: int = OWN
    wait: bool = False


@dataclass(frozen=True, slots=True)
class UpdateFrame:
    """Takes the place of everything that the run showed under this display id."""

    run: str
    display: str
    data: Mapping[str, Any]
    metadata: Mapping[str, Any] = field(default_factory=dict)


class AreaTree:
    """Which areas of one run there are, and where each stands."""

    __slots__ = ("_latest", "_parents")

    def __init__(self) -> None:
        self._parents: dict[int, int] = {}
        self._latest = 0

    def __contains__(self, area: int) -> bool:
        return area == OWN or area in self._parents

    def make(self, area: int, parent: int) -> bool:
        """Take a new area; False if it does not fit."""
        if not self.fits(area, parent):
            return False
        self._parents[area], self._latest = parent, area
        return True

    def fits(self, area: int, parent: int) -> bool:
        """Whether there is none of this number, its parent is there, and not too deep."""
        return area not in self and parent in self and self._depth(parent) < MAX_AREA_DEPTH

    def free(self) -> int | None:
        """Return the next number that no area has; None if there are as many as there may be.

        The next and not the least: one that was let go of is still there for others until its clear comes about.
        """
        numbers = ((self._latest + step) % MAX_AREAS + 1 for step in range(MAX_AREAS))
        return next((area for area in numbers if area not in self._parents), None)

    def inside(self, area: int) -> list[int]:
        """Return the areas that stand in this one, be it in others that do."""
        if area == OWN:
            return list(self._parents)
        found = {area: None}
        # Each is made behind its parent, so one pass finds them all.
        for each, parent in self._parents.items():
            if parent in found:
                found[each] = None
        return list(found)[1:]

    def forget(self, areas: Iterable[int]) -> None:
        """Take areas out that went with what they stood in."""
        for area in areas:
            self._parents.pop(area, None)

    def _depth(self, area: int) -> int:
        depth = 0
        while area != OWN:
            area, depth = self._parents[area], depth + 1
        return depth


def area_of(form: Fields, name: str = "area") -> int:
    """Take the number of an area that may be absent: then it is the run's own output."""
    return form.integer(name, 1, MAX_AREAS) if form.peek(name) is not None else OWN


def display_of(form: Fields) -> str:
    """Take a display id that may be absent."""
    return check.text(form, "display", MAX_DISPLAY_ID) if form.peek("display") is not None else ""


def read_area(form: Fields) -> AreaFrame:
    """Take the fields of an `area`; raises SagewsError for what does not fit."""
    shown = form.boolean("shown") if form.peek("shown") is not None else True
    return AreaFrame(form.id("run"), form.integer("area", 1, MAX_AREAS), area_of(form, "parent"), shown)


def read_clear(form: Fields) -> ClearFrame:
    """Take the fields of a `clear`; raises SagewsError for what does not fit."""
    wait = form.boolean("wait") if form.peek("wait") is not None else False
    return ClearFrame(form.id("run"), area_of(form), wait)


def read_update(form: Fields) -> UpdateFrame:
    """Take the fields of an `update`; raises SagewsError for what does not fit."""
    display = check.text(form, "display", MAX_DISPLAY_ID)
    return UpdateFrame(form.id("run"), display, check.bundle(form, "data"), check.metadata(form))
