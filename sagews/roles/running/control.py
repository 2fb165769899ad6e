"""Wires the control socket: what this daemon tells of itself and does for the command line and its siblings."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from twisted.internet.defer import maybeDeferred
from twisted.internet.interfaces import IListeningPort
from twisted.logger import Logger

from sagews.config.settings import ROLES
from sagews.errors import SagewsError
from sagews.model.identifiers import SessionId, UserId
from sagews.ops.control import listen, socket_path
from sagews.roles.backend import BackendComponent
from sagews.roles.component import Component, DaemonContext
from sagews.roles.running.reload import Reloading
from sagews.wire.control import AskEndSession, AskReload, AskSessions, AskStatus, AskUsed, ControlQuestion

Described = Callable[[], Mapping[str, Any]]


class ControlSocket(Component):
    """The control socket of this daemon."""

    name = "the control socket"
    roles: ClassVar[frozenset[str]] = frozenset(ROLES)
    _log = Logger()

    def __init__(self, daemon: DaemonContext) -> None:
        super().__init__(daemon)
        self._port: IListeningPort | None = None
        self._described: Described | None = None
        self._reloading: Reloading | None = None

    def serve(self, described: Described, reloading: Reloading) -> None:
        """Take what is told of this process, and what reads its settings again."""
        self._described, self._reloading = described, reloading

    async def start(self) -> None:
        """Listen."""
        path = socket_path(self.daemon.layout, self.daemon.name)
        self._port = listen(self.daemon.reactor, path, self.answer)
        if self._port is None:
            self._log.warn("{path} is too long for a socket: `sagews reload` and others' status do without", path=path)

    async def stop(self, seconds: float) -> None:
        """Answer nobody any more; the socket's file goes with it."""
        if self._port is not None:
            await maybeDeferred(self._port.stopListening)

    async def answer(self, question: ControlQuestion) -> dict[str, Any]:
        """Answer a question, or raise SagewsError."""
        backend = self.daemon.find(BackendComponent)
        match question:
            case AskSessions():
                return {"sessions": backend.backend.sessions() if backend is not None else []}
            case AskEndSession(session=session):
                ended = backend is not None and backend.backend.end_session(SessionId(session))
                return {"ended": ended}
            case AskUsed(user=user):
                return {"used": backend.backend.used(UserId(user)) if backend is not None else None}
            case AskStatus() if self._described is not None:
                return dict(self._described())
            case AskReload() if self._reloading is not None:
                reloaded = await self._reloading.reload()
                return {"changed": list(reloaded.changed), "restart": list(reloaded.restart)}
        raise SagewsError("shutting-down")
