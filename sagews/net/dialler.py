"""Keeps one connection up: dials, has it registered, waits longer after each failure, starts anew when it is lost.

A typed machine whose diagram is generated into docs/. Twisted's ClientService is not used: on Twisted 26.10 it
backs off from a backend whose refusal `prepareConnection` passes on, but losing the link while that registers raises
`NoTransition` in its machine, and a backend that restarts loses links just then.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Protocol

from automat import TypeMachineBuilder
from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IAddress, IDelayedCall, IStreamClientEndpoint
from twisted.internet.protocol import Factory
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.net.amp import AmpLink
from sagews.net.backoff import Backoff
from sagews.state_machines import build

log = Logger()

FIRST_DELAY, LONGEST_DELAY, GROWTH = 0.5, 30.0, 1.6


class DialInputs(Protocol):
    """What happens to a connection that is to stay up."""

    def start(self) -> None:
        """Somebody wants it."""

    def connected(self, link: AmpLink) -> None:
        """The handshake is done on our side."""

    def failed(self) -> None:
        """The other side could not be reached."""

    def registered(self) -> None:
        """The other side has taken us."""

    def lost(self) -> None:
        """The connection is gone."""

    def due(self) -> None:
        """The delay is over."""

    def stop(self) -> None:
        """Nobody wants it any more."""


class Dialler:
    """One connection.

    Args:
        reactor: the clock.
        endpoint: whom to dial.
        build: makes the protocol of each connection; its `lost` has to call ours.
        register: introduces us; a failure closes the connection.
        jitter: returns a random number from 0 to 1, by which a delay is lengthened up to half of itself.
    """

    def __init__(
        self,
        reactor: Any,
        endpoint: IStreamClientEndpoint,
        build: Callable[[], AmpLink],
        register: Callable[[AmpLink], Awaitable[None]],
        jitter: Callable[[], float],
    ) -> None:
        self._reactor = reactor
        self._endpoint = endpoint
        self._factory = _Links(build)
        self._register = register
        self._backoff = Backoff(FIRST_DELAY, LONGEST_DELAY, GROWTH, jitter)
        self._link: AmpLink | None = None
        self._dialling: Deferred[Any] | None = None
        self._retry: IDelayedCall | None = None
        self._machine = DialMachine(self)
        self._gone: Deferred[None] | None = None
        self._stopped = False

    def start(self) -> None:
        """Begin."""
        self._machine.start()

    async def stop(self) -> None:
        """End; fires when the connection is gone."""
        self._stopped = True
        if self._link is not None:
            self._gone = Deferred()
        self._machine.stop()
        if self._gone is not None:
            await self._gone

    def lost(self, link: AmpLink) -> None:
        """Learn that a connection is gone."""
        if link is self._link:
            self._link = None
            self._machine.lost()
            if self._gone is not None:
                self._gone.callback(None)

    # ------------------------------------------------------------------------------------------ outputs

    def dial(self) -> None:
        """Connect."""
        self._dialling = self._endpoint.connect(self._factory)
        self._dialling.addCallbacks(self._reached, self._not_reached)

    def _reached(self, link: AmpLink) -> None:
        if self._stopped:
            link.abort()
        else:
            self._machine.connected(link)

    def _not_reached(self, failure: Failure) -> None:
        # Our own end gives a dial up too, which says nothing about the other side.
        if not self._stopped:
            log.info("the other side can't be reached: {reason}", reason=failure.getErrorMessage())
        self._machine.failed()

    def introduce(self, link: AmpLink) -> None:
        """Register over a new connection."""
        if not link.connected:
            self._machine.failed()
            return
        self._link = link
        done = Deferred.fromCoroutine(_awaited(self._register(link)))
        done.addCallbacks(lambda _: self._machine.registered(), self._refused, errbackArgs=(link,))

    def _refused(self, failure: Failure, link: AmpLink) -> None:
        log.warn("the other side did not take us: {reason}", reason=failure.getErrorMessage())
        link.abort()

    def settle(self) -> None:
        """Forget failures."""
        self._backoff.forget()

    def wait(self) -> None:
        """Dial again after a delay."""
        self._retry = self._reactor.callLater(self._backoff.take(), self._machine.due)

    def abandon(self) -> None:
        """Drop whatever is under way."""
        if self._retry is not None and self._retry.active():
            self._retry.cancel()
        if self._dialling is not None:
            self._dialling.cancel()
        if self._link is not None:
            self._link.abort()


class _Links(Factory):
    """Builds the protocol of each connection."""

    noisy = False

    def __init__(self, build: Callable[[], AmpLink]) -> None:
        self._build = build

    def buildProtocol(self, addr: IAddress | None) -> AmpLink:
        """Return the protocol of a new connection."""
        return self._build()


async def _awaited(waiting: Awaitable[None]) -> None:
    await waiting


def _build() -> TypeMachineBuilder[DialInputs, Dialler]:
    builder = TypeMachineBuilder(DialInputs, Dialler)
    idle, dialling, registering = builder.state("idle"), builder.state("dialling"), builder.state("registering")
    linked, waiting, stopped = builder.state("linked"), builder.state("waiting"), builder.state("stopped")

    @idle.upon(DialInputs.start).to(dialling)
    @waiting.upon(DialInputs.due).to(dialling)
    def dial(machine: DialInputs, core: Dialler) -> None:
        core.dial()

    @dialling.upon(DialInputs.connected).to(registering)
    def introduce(machine: DialInputs, core: Dialler, link: AmpLink) -> None:
        core.introduce(link)

    @registering.upon(DialInputs.registered).to(linked)
    def settle(machine: DialInputs, core: Dialler) -> None:
        core.settle()

    @dialling.upon(DialInputs.failed).to(waiting)
    @registering.upon(DialInputs.failed).to(waiting)
    @registering.upon(DialInputs.lost).to(waiting)
    @linked.upon(DialInputs.lost).to(waiting)
    def wait(machine: DialInputs, core: Dialler) -> None:
        core.wait()

    for state in (idle, dialling, registering, linked, waiting):

        @state.upon(DialInputs.stop).to(stopped)
        def abandon(machine: DialInputs, core: Dialler) -> None:
            core.abandon()

    # An answer may still come when its connection is gone already, and anything when nobody wants it any more.
    waiting.upon(DialInputs.registered).loop().returns(None)
    for late in (DialInputs.failed, DialInputs.lost, DialInputs.registered, DialInputs.stop):
        stopped.upon(late).loop().returns(None)
    return builder


DialMachine = build(_build())
