"""What running cells ask: everybody who watches sees it, and the first who answers is heard."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime

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
        say: tells everybody the state of a run.
    """

    __slots__ = ("_clock", "_in_hand", "_say", "_waits_since")

    def __init__(self, clock: IReactorTime, say: Callable[[CachedRun], None]) -> None:
        self._clock = clock
        self._say = say
        # What somebody has answered and its cell has not closed yet: were it lost on the way, it would be open again.
        self._in_hand: tuple[RunId, OpenChannel] | None = None
        self._waits_since: tuple[RunId, float] | None = None

    def opened(self, entry: CachedRun, opened: OpenChannel) -> None:
        """Take that a cell asks."""
        self._in_hand = None
        self._waits_since = entry.run.id, self._clock.seconds()
        self._set(entry, opened)

    def closed(self, entry: CachedRun) -> None:
        """Take that it needs no answer any more."""
        self._in_hand = None
        if entry.question is not None:
            self._set(entry, None)

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
        self._set(entry, None)
        try:
            await host.send(session, channel_message(message.run, message.channel, {"text": text}))
        except SagewsError as error:
            # Its cell may have closed it meanwhile, or have come to its end.
            if self._in_hand is in_hand and entry.is_running and error.code != "channel-closed":
                self._in_hand = None
                self._set(entry, found)
            raise

    def _set(self, entry: CachedRun, question: OpenChannel | None) -> None:
        entry.question = question
        self._say(entry)
