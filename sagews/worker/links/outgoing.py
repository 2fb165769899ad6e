"""The output of one session on its way to a backend: what was not sent yet, what was not committed yet, the end."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from zope.interface import implementer

from sagews.interfaces.sessions import ISessionListener
from sagews.model.identifiers import RunId, SessionId
from sagews.model.sessions import Ending, Piece, SessionRequest
from sagews.wire.worker import Held


@implementer(ISessionListener)
class Outgoing:
    """One session that a backend opened over a link.

    Args:
        request: as it was opened.
        changed: called with the session's id when there is something to send.
    """

    def __init__(self, request: SessionRequest, changed: Callable[[SessionId], None]) -> None:
        self.request = request
        self.run: RunId | None = None
        self.ending: Ending | None = None
        self._changed = changed
        self._kept: deque[Piece] = deque()
        self._unsent: deque[Piece] = deque()
        self._last = 0

    def piece(self, session: SessionId, piece: Piece) -> None:
        """Keep a piece until it is committed."""
        self._last = piece.sequence
        self._kept.append(piece)
        self._unsent.append(piece)
        self._changed(session)

    def ended(self, session: SessionId, ending: Ending) -> None:
        """Keep the end until the backend has it."""
        self.ending = ending
        self._changed(session)

    @property
    def waiting(self) -> bool:
        """Whether there are pieces to send."""
        return bool(self._unsent)

    def take(self, limit: int) -> tuple[list[Piece], int]:
        """Return the next pieces to send, at least one and up to a limit of bytes, and their size."""
        pieces, size = [self._unsent[0]], self._unsent.popleft().size
        while self._unsent and size + self._unsent[0].size <= limit:
            size += self._unsent[0].size
            pieces.append(self._unsent.popleft())
        return pieces, size

    def acknowledge(self, sequence: int) -> None:
        """Forget pieces that are committed."""
        while self._kept and self._kept[0].sequence <= sequence:
            self._kept.popleft()

    def resume(self, received: int) -> None:
        """Send again what the backend has not received."""
        self._unsent = deque(piece for piece in self._kept if piece.sequence > received)

    def held(self) -> Held:
        """Return what is said of it when a link comes up."""
        return Held(self.request.workspace, self.request.epoch, self._last)
