"""What running cells ask: everybody who watches sees it, and the first who answers is heard."""

from __future__ import annotations

from twisted.internet.interfaces import IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.channels.telling import tell_closed, tell_opened
from sagews.backend.runs.output_cache import CachedRun
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import RunId, SessionId
from sagews.wire.browser.channels import ChannelMessage, OpenChannel
from sagews.wire.session.channels import MAX_ANSWER
from sagews.wire.session.messages import channel_message


class AskedQuestions:
    """Those of one document.

    Args:
        clock: tells the time.
        stream: who watches.
    """

    __slots__ = ("_clock", "_in_hand", "_stream", "_waits_since")

    def __init__(self, clock: IReactorTime, stream: EventStream) -> None:
        self._clock = clock
        self._stream = stream
        # What somebody has answered and its cell has not closed yet: were it lost on the way, it would be open again.
        self._in_hand: tuple[RunId, OpenChannel] | None = None
        self._waits_since: tuple[RunId, float] | None = None

    def opened(self, entry: CachedRun, opened: OpenChannel) -> None:
        """Take that a cell asks."""
        self._in_hand = None
        self._waits_since = entry.run.id, self._clock.seconds()
        self._open(entry, opened)

    def closed(self, entry: CachedRun, channel: int) -> None:
        """Take that it needs no answer any more, if it is the one that is open; an interact may have been refused."""
        if self._in_hand is not None and self._in_hand[1].channel == channel:
            self._in_hand = None
        if entry.question is not None and entry.question.channel == channel:
            self._close(entry, entry.question)

    def waits_since(self, entry: CachedRun | None) -> float | None:
        """Return since when a run waits for somebody; None while it computes."""
        if entry is None or entry.question is None or self._waits_since is None:
            return None
        return self._waits_since[1] if self._waits_since[0] == entry.run.id else None

    async def say(
        self, entry: CachedRun, host: ISessionHost | None, session: SessionId | None, message: ChannelMessage
    ) -> None:
        """Pass on an answer; from now on nobody else is heard.

        Raises:
            SagewsError: `channel-closed` when it is not open, `too-large`, `no-session`, and what the worker raises;
                if it did not take it, the channel is open again.
        """
        found, text = entry.question, message.body.text
        if not entry.is_running or found is None or found.channel != message.channel:
            raise SagewsError("channel-closed")
        if text is None:
            raise SagewsError("bad-value", field="text", reason="an answer is a text")
        if len(text.encode()) > MAX_ANSWER:
            raise SagewsError("too-large", limit=MAX_ANSWER)
        if host is None or session is None:
            raise SagewsError("no-session")
        self._in_hand = in_hand = (entry.run.id, found)
        self._close(entry, found)
        try:
            await host.send(session, channel_message(message.run, message.channel, {"text": text}))
        except SagewsError as error:
            # Its cell may have closed it meanwhile, or have come to its end.
            if self._in_hand is in_hand and entry.is_running and error.code != "channel-closed":
                self._in_hand = None
                self._open(entry, found)
            raise

    def _open(self, entry: CachedRun, question: OpenChannel) -> None:
        entry.question = question
        tell_opened(self._stream, entry.run, question)

    def _close(self, entry: CachedRun, question: OpenChannel) -> None:
        entry.question = None
        tell_closed(self._stream, entry.run, question.channel)
