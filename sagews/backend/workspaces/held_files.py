"""Files on their way in or out: kept in memory for a moment, with bounds, one for each account."""

from __future__ import annotations

from dataclasses import dataclass, field

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.errors import SagewsError
from sagews.model.identifiers import UserId, WorkspaceId
from sagews.net.background import cancelled

# Of all accounts, each of which may have 16 MiB here.
MOST_FILES = 8
# After it was last asked for; and where there is no room for another account's.
SECONDS = 60.0
CROWDED_SECONDS = 5.0


@dataclass(slots=True)
class HeldFile:
    """One file.

    Attributes:
        id: as whoever made it calls it.
        workspace: where it belongs.
        name: of it.
        size: bytes that it will have.
        data: those that are here.
        asked: when it was asked for last, on the clock.
        timer: forgets it.
    """

    id: str
    workspace: WorkspaceId
    name: str
    size: int
    data: bytearray = field(default_factory=bytearray)
    asked: float = 0.0
    timer: IDelayedCall | None = None


class HeldFiles:
    """Those of one backend.

    Args:
        clock: tells when one is to be forgotten.
    """

    def __init__(self, clock: IReactorTime) -> None:
        self._clock = clock
        self._files: dict[UserId, HeldFile] = {}

    def begin(self, user: UserId, file: HeldFile) -> None:
        """Hold a file in place of the account's last one.

        Raises:
            SagewsError: `limit` while too many others are held.
        """
        if user not in self._files and len(self._files) >= MOST_FILES and not self._made_room():
            limit, advice = "too many files are imported and exported at once", "Try again in a minute."
            raise SagewsError("limit", limit=limit, advice=advice)
        self.forget(user)
        self._files[user] = file
        self._wait(user, file)

    def find(self, user: UserId, workspace: WorkspaceId, file: str) -> HeldFile:
        """Return the account's file, and hold it a minute longer.

        Raises:
            SagewsError: `not-found` for another one, or in another workspace.
        """
        held = self._files.get(user)
        if held is None or held.id != file or held.workspace != workspace:
            raise SagewsError("not-found")
        self._wait(user, held)
        return held

    def forget(self, user: UserId) -> None:
        """Let go of an account's file."""
        held = self._files.pop(user, None)
        if held is not None:
            held.timer = cancelled(held.timer)

    def _made_room(self) -> bool:
        """Let go of a file that rests: a few accounts that begin one and go no further must not keep out all others."""
        user, file = min(self._files.items(), key=lambda entry: entry[1].asked)
        rests = self._clock.seconds() - file.asked >= CROWDED_SECONDS
        if rests:
            self.forget(user)
        return bool(rests)

    def _wait(self, user: UserId, file: HeldFile) -> None:
        file.asked = self._clock.seconds()
        cancelled(file.timer)
        file.timer = self._clock.callLater(SECONDS, self.forget, user)
