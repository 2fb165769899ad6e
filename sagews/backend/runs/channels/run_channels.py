"""The channels of a document's cells, of either kind: what sessions and pages say of them finds its way from here.

What is open stands with its run: a page that comes later is told with everything else. Whoever is there is told of each
channel by itself, since large ones may stand beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.channels.interacts import Interacts
from sagews.backend.runs.channels.places import Places
from sagews.backend.runs.channels.questions import AskedQuestions
from sagews.backend.runs.channels.telling import tell_opened
from sagews.backend.runs.output_cache import CachedRun, OutputCache, restored
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

    Attributes:
        interacts: the channels that last.
    """

    __slots__ = ("_outputs", "_questions", "_stream", "interacts")

    def __init__(
        self,
        clock: IReactorTime,
        outputs: OutputCache,
        stream: EventStream,
        places: Places,
    ) -> None:
        self._outputs = outputs
        self._stream = stream
        self._questions = AskedQuestions(clock, stream)
        self.interacts = Interacts(clock, outputs, stream, places)

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
            self._questions.closed(entry, channel)

    def bring_back(self, entry: CachedRun, stored: Mapping[str, Any]) -> None:
        """Take an interact that a version kept, to be looked at."""
        channel = restored(entry, msgspec.json.encode(stored)).get("channel")
        if channel in entry.interacts:
            tell_opened(self._stream, entry.run, entry.interacts[channel])

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
