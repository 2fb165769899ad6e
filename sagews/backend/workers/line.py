"""The line of sessions that wait because every machine is full: first come, first served, and everybody knows when.

A full machine is no failure: somebody's session ends, or a worker comes (back), and the next one in line begins.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial

from twisted.internet.defer import Deferred

from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost

Leave = Callable[[], None]
Moved = Callable[[int, Leave], None]
Choose = Callable[[str, ISessionHost | None], ISessionHost | None]


@dataclass(eq=False, slots=True)
class PlaceInLine:
    """One who waits.

    Attributes:
        flavour: of the session.
        holder: returns the worker that has the workspace's files by now.
        moved: is told the place in line, from 1 on, whenever it changes, and how to leave it.
        given: fires with the worker.
        told: the place that was told last.
    """

    flavour: str
    holder: Callable[[], ISessionHost | None]
    moved: Moved
    given: Deferred[ISessionHost] = field(default_factory=Deferred)
    told: int = 0


class SessionLine:
    """Who waits for a machine.

    Args:
        choose: reserves room on a worker for a flavour; None while all are full, SagewsError where none will do.
    """

    def __init__(self, choose: Choose) -> None:
        self._choose = choose
        self._places: list[PlaceInLine] = []

    def __len__(self) -> int:
        return len(self._places)

    async def take(self, flavour: str, holder: Callable[[], ISessionHost | None], moved: Moved) -> ISessionHost:
        """Return a worker with room reserved for a session, at once or when it is one's turn.

        Raises:
            SagewsError: what `choose` raises; `left-line` for who left it.
        """
        place = PlaceInLine(flavour, holder, moved)
        self._places.append(place)
        self.move_up()
        return await place.given

    def move_up(self) -> None:
        """Give room to those whom it suits, in their order, and tell the others where they are now.

        One who waits for a certain machine does not keep those behind from another one.
        """
        for place in list(self._places):
            if place not in self._places:
                continue
            try:
                host = self._choose(place.flavour, place.holder())
            except SagewsError as error:
                self._places.remove(place)
                place.given.errback(error)
                continue
            if host is not None:
                self._places.remove(place)
                place.given.callback(host)
        for number, place in enumerate(list(self._places), 1):
            if place.told != number:
                place.told = number
                place.moved(number, partial(self._leave, place))

    def _leave(self, place: PlaceInLine) -> None:
        if place in self._places:
            self._places.remove(place)
            place.given.errback(SagewsError("left-line"))
            self.move_up()
