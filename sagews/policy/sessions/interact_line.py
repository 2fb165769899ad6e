"""What people have said to interacts and nothing was evaluated for yet: the latest value of each control counts.

People take turns, and so do the interacts of each: whoever drags a slider about has one evaluation waiting, however
often it moves, and holds nobody else up for longer than one.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId, UserId

Place = tuple[RunId, int]
"""An interact: its run, and the number of its channel."""

MAX_WAITING_OF_ONE = 50


@dataclass(slots=True)
class Said:
    """What one person has said to one interact.

    Attributes:
        by: the connection that it came from.
        serial: what that connection called the last of it.
    """

    run: RunId
    channel: int
    by: str
    serial: int
    pressed: str | None = None
    values: dict[str, Any] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        """The interact that it was said to."""
        return self.run, self.channel

    def body(self) -> Mapping[str, Any]:
        """Return what the session is told."""
        told: dict[str, Any] = {"values": self.values, "serial": self.serial}
        return told if self.pressed is None else {**told, "pressed": self.pressed}


class InteractLine:
    """What waits for one session."""

    __slots__ = ("_people",)

    def __init__(self) -> None:
        self._people: OrderedDict[UserId, OrderedDict[Place, Said]] = OrderedDict()

    def __bool__(self) -> bool:
        return bool(self._people)

    def waits(self, place: Place) -> bool:
        """Whether somebody has said something to an interact."""
        return any(place in own for own in self._people.values())

    def names(self, place: Place) -> set[str]:
        """Return the controls of an interact for which a value waits."""
        return {name for own in self._people.values() if place in own for name in own[place].values}

    def add(self, user: UserId, said: Said) -> None:
        """Take what somebody says, in place of the same of what they said before.

        Raises:
            SagewsError: `limit` when they have said something to too many interacts.
        """
        own = self._people.setdefault(user, OrderedDict())
        waiting = own.get(said.place)
        if waiting is not None:
            waiting.values.update(said.values)
            waiting.pressed = said.pressed if said.pressed is not None else waiting.pressed
            waiting.by, waiting.serial = said.by, said.serial
        elif len(own) >= MAX_WAITING_OF_ONE:
            raise SagewsError("limit", limit=str(MAX_WAITING_OF_ONE), advice="Wait until they are evaluated.")
        else:
            own[said.place] = said

    def next(self) -> Said | None:
        """Take out what is to be evaluated now; None if nothing waits."""
        if not self._people:
            return None
        user, own = self._people.popitem(last=False)
        _, said = own.popitem(last=False)
        if own:
            self._people[user] = own
        return said

    def drop(self, places: Iterable[Place] | None = None) -> list[Place]:
        """Forget what was said to these interacts (None: to all), and return to which there was something."""
        wanted = None if places is None else set(places)
        dropped: dict[Place, None] = {}
        for user, own in list(self._people.items()):
            for place in [place for place in own if wanted is None or place in wanted]:
                del own[place]
                dropped[place] = None
            if not own:
                del self._people[user]
        return list(dropped)
