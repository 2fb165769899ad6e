"""Says to everybody who watches a document where its session is.

Short evaluations say nothing here: that a session computes, and what, is told only when it still does so a moment
later, so that one evaluation stays three messages in one packet.
"""

from __future__ import annotations

from datetime import UTC, datetime

from twisted.internet.interfaces import IDelayedCall, IReactorTime

from sagews.backend.events.stream import EventStream
from sagews.backend.runs.run_registry import RunRegistry
from sagews.backend.settings import BackendSettings
from sagews.errors import sentence
from sagews.interfaces.sessions import ISessionHost
from sagews.model.identifiers import SessionId
from sagews.model.sessions import MEBIBYTE, Usage
from sagews.policy.sessions.machine import SessionCondition
from sagews.wire.browser.session import SessionStatus

SOON = 0.1


class StatusPublisher:
    """What people see of one session."""

    __slots__ = (
        "_clock", "_condition", "_reason", "_registry", "_said", "_session", "_settings", "_since", "_soon", "_stream",
        "_text", "_usage", "flavour",
    )  # fmt: skip

    def __init__(
        self,
        clock: IReactorTime,
        settings: BackendSettings,
        stream: EventStream,
        condition: SessionCondition,
        registry: RunRegistry,
    ) -> None:
        self._clock = clock
        self._session: SessionId | None = None
        self._settings = settings
        self._stream = stream
        self._condition = condition
        self._registry = registry
        self.flavour = ""
        self._since = clock.seconds()
        self._reason: str | None = None
        self._text: str | None = None
        self._usage: Usage | None = None
        self._said: SessionStatus | None = None
        self._soon: IDelayedCall | None = None

    def now(self) -> SessionStatus:
        """Return what is so now."""
        usage = self._usage
        return SessionStatus(
            document=self._stream.document,
            state=self._condition.state.value,
            flavour=self.flavour,
            since=datetime.fromtimestamp(self._since, UTC).isoformat(),
            reason=self._reason,
            sentence=self._text,
            memory=None if usage is None else usage.memory // MEBIBYTE * MEBIBYTE,
            memory_limit=self._settings.limits.memory if self._condition.alive else None,
            cpu=None if usage is None else round(usage.cpu_seconds, 1),
            queue=self._registry.queued,
        )

    def variables_are_gone(self) -> None:
        """Note that cells were run in a session that is over."""
        self._reason, self._text = "gone", sentence("variables-gone", {})

    def forget(self) -> None:
        """Say no more why the session before was over, from the next status on: its successor computes."""
        self._reason = self._text = None

    def begin(self, session: SessionId, flavour: str) -> None:
        """A session is on its way; if there was one before, people are told that its variables are gone."""
        self.flavour = flavour
        self._session = session
        self._since = self._clock.seconds()
        self._usage = None
        if self._reason is not None:
            self.variables_are_gone()
        self._tell()

    def say(self, reason: str | None = None, text: str | None = None) -> None:
        """Tell everybody now; `reason` and `text` stand until the next call."""
        self._reason, self._text = reason, text
        self._tell()

    async def measure(self, host: ISessionHost, session: SessionId) -> None:
        """Ask what a session uses, and tell if that is news; it may be over when the answer comes."""
        usage = await host.usage(session)
        if session == self._session and self._condition.alive:
            self._usage = usage
            self._tell()

    def say_soon(self) -> None:
        """Tell everybody in a moment, if there is still something to tell."""
        if self._soon is None:
            self._soon = self._clock.callLater(SOON, self._look)

    def _look(self) -> None:
        self._soon = None
        self._registry.say_running()
        self._tell()

    def _tell(self) -> None:
        status = self.now()
        if status != self._said:
            self._said = status
            self._stream.say(status)

    def close(self) -> None:
        """Say nothing any more."""
        if self._soon is not None:
            self._soon.cancel()
            self._soon = None
