"""The channels that running cells have open: everybody who watches sees them, and the first who answers is heard.

What is open is part of the state of its run: a page that comes later is told with everything else, and nothing is open
of a run that is over.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from twisted.internet.interfaces import IReactorTime

from sagews.backend.runs.output_cache import CachedRun, OutputCache
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import RunId, SessionId
from sagews.model.sessions import Piece, PieceKind
from sagews.wire.browser.channels import ChannelMessage, OpenChannel
from sagews.wire.session.channels import MAX_ANSWER
from sagews.wire.session.messages import channel_message

CHANGES = (PieceKind.OPEN, PieceKind.CLOSE)


class RunChannels:
    """Those of one document.

    Args:
        clock: tells the time.
        outputs: knows the runs.
        say: tells everybody the state of a run.
    """

    __slots__ = ("_clock", "_in_hand", "_outputs", "_say", "_waits_since")

    def __init__(self, clock: IReactorTime, outputs: OutputCache, say: Callable[[CachedRun], None]) -> None:
        self._clock = clock
        self._outputs = outputs
        self._say = say
        # What somebody has answered and its cell has not closed yet: were it lost on the way, it would be open again.
        self._in_hand: tuple[RunId, OpenChannel] | None = None
        self._waits_since: tuple[RunId, float] | None = None

    def take(self, entry: CachedRun, piece: Piece) -> None:
        """Take that a cell opened or closed a channel."""
        self._in_hand = None
        if piece.kind is PieceKind.OPEN:
            self._waits_since = entry.run.id, self._clock.seconds()
            self._set(entry, (msgspec.convert(piece.body, OpenChannel),))
        elif entry.channels:
            self._set(entry, ())

    def waits_since(self, run: RunId | None) -> float | None:
        """Return since when a run waits for somebody; None while it computes."""
        entry = None if run is None else self._outputs.find(run)
        if entry is None or not entry.channels or self._waits_since is None or self._waits_since[0] != run:
            return None
        return self._waits_since[1]

    async def say(self, host: ISessionHost | None, session: SessionId | None, message: ChannelMessage) -> None:
        """Pass on what somebody says over a channel; from now on nobody else is heard.

        Raises:
            SagewsError: `channel-closed` when it is not open, `too-large`, `no-session`, and what the worker raises;
                if it did not take it, the channel is open again.
        """
        entry, found = self._find(RunId(message.run), message.channel)
        if len(message.body.text.encode()) > MAX_ANSWER:
            raise SagewsError("too-large", limit=MAX_ANSWER)
        if host is None or session is None:
            raise SagewsError("no-session")
        self._in_hand = in_hand = (entry.run.id, found)
        self._set(entry, ())
        try:
            passed_on = channel_message(message.run, message.channel, {"text": message.body.text})
            await host.send(session, passed_on)
        except SagewsError as error:
            # Its cell may have closed it meanwhile, or have come to its end.
            if self._in_hand is in_hand and entry.is_running and error.code != "channel-closed":
                self._in_hand = None
                self._set(entry, (found,))
            raise

    def _find(self, run: RunId, channel: int) -> tuple[CachedRun, OpenChannel]:
        entry = self._outputs.find(run)
        if entry is not None and entry.is_running:
            for found in entry.channels:
                if found.channel == channel:
                    return entry, found
        raise SagewsError("channel-closed")

    def _set(self, entry: CachedRun, channels: tuple[OpenChannel, ...]) -> None:
        entry.channels = channels
        self._say(entry)
