"""The worker's end of the link: dials a backend, registers, serves its commands, and outlives lost connections.

Output travels in batches whose answers are the credit for more, so that a command never waits behind more than a few
hundred kilobytes. What was not committed is kept; after a lost link it is sent again. A link that stays away ends its
sessions after a set time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IStreamClientEndpoint
from twisted.logger import Logger
from twisted.python.failure import Failure
from zope.interface import implementer

from sagews.errors import SagewsError
from sagews.interfaces.logs import ILogSink
from sagews.model.identifiers import SessionId
from sagews.model.logs import LogRecord
from sagews.model.sessions import Piece, SessionRequest
from sagews.net.amp import AmpLink
from sagews.net.dialler import Dialler
from sagews.wire import worker as wire
from sagews.worker.links.outgoing import Outgoing
from sagews.worker.links.responders import BackendCommands
from sagews.worker.sessions.host import LocalHost

log = Logger()

IN_FLIGHT = 512 * 1024
SHARE = 64 * 1024
LOAD_SECONDS = 2.0


@implementer(ILogSink)
class WorkerLink:
    """One backend of this worker.

    Args:
        reactor: the clock.
        host: the sessions.
        endpoint: connects to the backend with mutual TLS; the backend's role is checked by it.
        jitter: returns a random number from 0 to 1, which spreads reconnections.
    """

    def __init__(
        self, reactor: Any, host: LocalHost, endpoint: IStreamClientEndpoint, jitter: Callable[[], float]
    ) -> None:
        self._reactor = reactor
        self._host = host
        self._link: AmpLink | None = None
        self._outgoing: dict[SessionId, Outgoing] = {}
        self._ready: dict[SessionId, None] = {}
        self._in_flight = 0
        self._flushing: IDelayedCall | None = None
        self._expiry: IDelayedCall | None = None
        self._telling_load: IDelayedCall | None = None
        host.watch_load(self._load_changed)
        self._commands = BackendCommands(host, self._outgoing, self.opened)
        self._dialler = Dialler(reactor, endpoint, self._build, self._register, jitter)

    # ------------------------------------------------------------------------------------------ its life

    def start(self) -> None:
        """Dial, and dial again whenever the link is lost."""
        self._dialler.start()

    async def stop(self) -> None:
        """Close the link for good."""
        await self._dialler.stop()
        for call in (self._flushing, self._expiry, self._telling_load):
            if call is not None and call.active():
                call.cancel()

    @property
    def linked(self) -> bool:
        """Whether a backend has answered our registration."""
        return self._link is not None

    def _build(self) -> AmpLink:
        return AmpLink(self._commands, self._reactor, self._lost)

    async def _register(self, link: AmpLink) -> None:
        answer = await link.ask(
            wire.Register,
            wire.REGISTER_SECONDS,
            protocol=wire.PROTOCOL,
            least_protocol=wire.LEAST_PROTOCOL,
            info=self._host.info,
            sessions={name: outgoing.held() for name, outgoing in self._outgoing.items()},
        )
        welcome: wire.Registered = answer["welcome"]
        self._host.tighten(self, welcome.settings)
        self._resume(link, welcome)

    def _resume(self, link: AmpLink, welcome: wire.Registered) -> None:
        log.info("linked to backend {backend}", backend=welcome.backend, sessions=len(self._outgoing))
        self._link = link
        self._in_flight = 0
        if self._expiry is not None and self._expiry.active():
            self._expiry.cancel()
        for name, outgoing in list(self._outgoing.items()):
            known = welcome.known.get(name)
            if known is None:
                self._drop(name, "stopped")
                continue
            outgoing.acknowledge(known.acknowledged)
            outgoing.resume(known.received)
            self._host.acknowledge(name, known.acknowledged)
            self._changed(name)

    def _lost(self, link: AmpLink) -> None:
        if link is self._link:
            self._link = None
            self._commands.transfers.clear()
            keep = self._host.settings.keep_seconds
            log.warn("the link to the backend was lost; sessions are kept for {seconds} s", seconds=keep)
            self._expiry = self._reactor.callLater(keep, self._expire)
        self._dialler.lost(link)

    def _expire(self) -> None:
        log.warn("no backend came back: {count} sessions end", count=len(self._outgoing))
        for name in list(self._outgoing):
            self._drop(name, "worker-lost")
        self._host.loosen(self)

    def _drop(self, name: SessionId, reason: str) -> None:
        outgoing = self._outgoing.pop(name)
        self._ready.pop(name, None)
        if outgoing.ending is None:
            ended = Deferred.fromCoroutine(self._host.end_session(name, reason))
            # The one refusal is that it is not there any more, which is what was wanted.
            ended.addErrback(lambda failure: failure.trap(SagewsError))
            ended.addErrback(lambda failure: log.failure("a session could not be ended", failure, session=name))

    # ------------------------------------------------------------------------------------------ output

    def opened(self, request: SessionRequest) -> Outgoing:
        """Keep the output of a session that the backend opens."""
        outgoing = Outgoing(request, self._changed)
        self._outgoing[request.session] = outgoing
        return outgoing

    def _changed(self, session: SessionId) -> None:
        if session not in self._outgoing:
            return
        self._ready[session] = None
        if self._link is not None and (self._flushing is None or not self._flushing.active()):
            self._flushing = self._reactor.callLater(0, self._flush)

    def _flush(self) -> None:
        link = self._link
        while link is not None and link is self._link and self._ready and self._in_flight < IN_FLIGHT:
            batch, size, endings = self._next_batch()
            if batch:
                self._in_flight += size
                sent = Deferred.fromCoroutine(link.ask(wire.Pieces, batch=batch))
                sent.addCallbacks(self._arrived, self._failed, callbackArgs=(link, size), errbackArgs=(link,))
                sent.addErrback(_not_handled)
            for name in endings:
                self._send_ending(link, name)

    def _next_batch(self) -> tuple[list[tuple[str, list[Piece]]], int, list[SessionId]]:
        """Return pieces of the sessions in turn, their size, and the sessions that are over with them."""
        batch: list[tuple[str, list[Piece]]] = []
        endings: list[SessionId] = []
        size = 0
        while self._ready and size < wire.BATCH:
            name = next(iter(self._ready))
            del self._ready[name]
            outgoing = self._outgoing[name]
            if outgoing.waiting:
                pieces, taken = outgoing.take(SHARE)
                batch.append((name, pieces))
                size += taken
            if outgoing.waiting:
                self._ready[name] = None
            elif outgoing.ending is not None:
                endings.append(name)
        return batch, size, endings

    def _arrived(self, answer: object, link: AmpLink, size: int) -> None:
        if link is self._link:
            self._in_flight -= size
            self._flush()

    def _failed(self, failure: Failure, link: AmpLink) -> None:
        if link.connected:
            log.failure("output was not taken; the link starts anew", failure=failure)
            link.abort()

    def _send_ending(self, link: AmpLink, name: SessionId) -> None:
        sent = Deferred.fromCoroutine(link.ask(wire.SessionEnded, session=name, ending=self._outgoing[name].ending))
        sent.addCallbacks(lambda _: self._outgoing.pop(name, None), self._failed, errbackArgs=(link,))
        sent.addErrback(_not_handled)

    # ------------------------------------------------------------------------------------------ load

    def _load_changed(self) -> None:
        # A moment later and once: sessions come and go by the dozen, and placement needs no more than a trend.
        if self._link is not None and (self._telling_load is None or not self._telling_load.active()):
            self._telling_load = self._reactor.callLater(LOAD_SECONDS, self._tell_load)

    def _tell_load(self) -> None:
        if self._link is not None:
            self._link.tell(wire.Load, sessions=self._host.info.sessions)

    # ------------------------------------------------------------------------------------------ logs

    async def deliver(self, records: Iterable[LogRecord]) -> None:
        """See ILogSink: hand records to the backend."""
        if self._link is None:
            raise SagewsError("worker-lost")
        await self._link.ask(wire.Log, records=list(records))


def _not_handled(failure: Failure) -> None:
    log.failure("output could not be sent on", failure=failure)
