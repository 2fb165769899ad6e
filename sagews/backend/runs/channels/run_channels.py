"""The channels of a document's cells, of either kind: what sessions and pages say of them finds its way from here.

What is open is part of the state of its run: a page that comes later is told with everything else.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.channels.interacts import Interacts
from sagews.backend.runs.channels.places import Places
from sagews.backend.runs.channels.questions import AskedQuestions
from sagews.backend.runs.output_cache import CachedRun, OutputCache
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import RunId, SessionId, UserId
from sagews.model.sessions import Piece, PieceKind
from sagews.wire.browser.channels import ChannelMessage, OpenChannel

CHANGES = (PieceKind.OPEN, PieceKind.STATE, PieceKind.CLOSE)


class RunChannels:
    """Those of one document.

    Args:
        clock: tells the time.
        outputs: knows the runs.
        stream: who watches.
        places: stores where interacts stand, and their states.
        say: tells everybody the state of a run.

    Attributes:
        interacts: the channels that last.
    """

    __slots__ = ("_outputs", "_questions", "interacts")

    def __init__(
        self,
        clock: IReactorTime,
        outputs: OutputCache,
        stream: EventStream,
        places: Places,
        say: Callable[[CachedRun], None],
    ) -> None:
        self._outputs = outputs
        self._questions = AskedQuestions(clock, say)
        self.interacts = Interacts(clock, outputs, stream, places, say)

    def take(self, entry: CachedRun, piece: Piece) -> None:
        """Take what a session says of a channel."""
        channel = int(piece.body["channel"])
        if piece.kind is PieceKind.STATE:
            self.interacts.changed(entry, channel, piece.body["body"])
        elif piece.kind is PieceKind.OPEN:
            opened = msgspec.convert(piece.body, OpenChannel)
            if opened.lasts:
                self.interacts.opened(entry, opened)
            else:
                self._questions.opened(entry, opened)
        elif not self.interacts.closed(entry, channel):
            self._questions.closed(entry)

    def waits_since(self, run: RunId | None) -> float | None:
        """Return since when a run waits for somebody; None while it computes."""
        return self._questions.waits_since(None if run is None else self._outputs.find(run))

    async def say(
        self,
        user: UserId,
        connection: str,
        host: ISessionHost | None,
        session: SessionId | None,
        message: ChannelMessage,
    ) -> None:
        """Pass on what somebody says over a channel; what is said to an interact waits for its turn.

        Raises:
            SagewsError: `channel-closed` when it is not open, `bad-value`, `too-large`, `limit`, `no-session`, and what
                the worker raises.
        """
        entry = self._outputs.find(RunId(message.run))
        if entry is None:
            raise SagewsError("channel-closed")
        if message.channel in entry.interacts:
            self.interacts.say(user, connection, entry, message)
        else:
            await self._questions.say(entry, host, session, message)
