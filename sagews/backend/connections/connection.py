"""One connection of one page: what comes is counted, admitted, parsed, checked and handed on; what goes is queued.

The websocket itself is not known here: a connection is given two functions, to send and to close.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from typing import TYPE_CHECKING, Any, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.backend.connections.resume_tokens import Identity
from sagews.backend.connections.send_queue import Outbox
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.errors import SagewsError
from sagews.model.accounts import Role, User
from sagews.model.identifiers import DocumentId, new_id
from sagews.net.background import cancelled
from sagews.policy.browser.connection import Guard, connection_machine
from sagews.policy.browser.messages import check_right
from sagews.policy.browser.rate import TokenBucket
from sagews.wire.browser.events import Error, ToPage
from sagews.wire.browser.messages import CloseCode, Hello, PageMessage, parse_page_message

if TYPE_CHECKING:
    from sagews.backend.connections.registry import Lobby

T = TypeVar("T")

MAX_GREETING = 4096
MAX_UNDER_WAY = 32
MAX_REFUSALS = 200


class Connection:
    """One connection (a Peer for documents).

    Args:
        lobby: what all connections share.
        send: sends one text message.
        close: closes with a code and a reason; `lost` follows.
    """

    _log = Logger()

    def __init__(self, lobby: Lobby, send: Callable[[bytes], None], close: Callable[[int, str], None]) -> None:
        settings, clock = lobby.settings, lobby.clock
        self.id = new_id()
        self.identity: Identity | None = None
        self.workspace: OpenWorkspace | None = None
        self.role = Role.VIEWER
        self.may_run = False
        self.may_repeat_until = 0.0
        self.checked_at = 0.0
        self.scratch_busy = False
        self.gone: Deferred[None] = Deferred()
        self.guard = Guard()
        self.life = connection_machine(self.guard)
        self.outbox = Outbox(send, self._catch_up, self._too_slow, settings.queue_bytes, settings.reply_bytes)
        self._lobby = lobby
        self._close = close
        self._messages = TokenBucket(settings.messages_per_second, settings.messages_at_once, clock.seconds())
        self._bytes = TokenBucket(settings.bytes_per_second, settings.bytes_at_once, clock.seconds())
        self._refusals = 0
        self._under_way = 0
        self._silence: IDelayedCall | None = clock.callLater(settings.greeting_seconds, self._silent)

    @property
    def user(self) -> User:
        """Who it is; only of a connection that was greeted."""
        if self.identity is None:
            raise SagewsError("greeting-expected")
        return self.identity.user

    # ------------------------------------------------------------------------------------- what comes

    def received(self, data: bytes) -> None:
        """Take one text message."""
        if self.guard.state == "over":
            return
        try:
            self._count(len(data))
        except SagewsError as error:
            self._refuse(error, None)
            return
        try:
            message = parse_page_message(data)
        except SagewsError as error:
            self._refuse(error, None)
            return
        self._handle(message)

    def _count(self, size: int) -> None:
        now = self._lobby.clock.seconds()
        if self.guard.state == "waiting" and size > MAX_GREETING:
            raise SagewsError("too-large", limit=MAX_GREETING)
        if not (self._messages.take(1, now) and self._bytes.take(size, now)):
            wait = max(self._messages.wait(1), self._bytes.wait(size), 0.1)
            raise SagewsError("too-often", seconds=round(wait, 1))

    def _handle(self, message: PageMessage) -> None:
        tag = message.__struct_config__.tag
        try:
            self.guard.check(str(tag))
            if isinstance(message, Hello):
                self._silence = cancelled(self._silence)
                self.life.hello()
            elif self.workspace is not None:
                check_right(str(tag), self.role, self.may_run)
            work = self._lobby.handlers[type(message)](self, message)
        except SagewsError as error:
            self._refuse(error, message)
        except Exception:
            self._failed(Failure(), message)
        else:
            if work is not None:
                self._start(work, message)

    def _start(self, work: Coroutine[Any, Any, None], message: PageMessage) -> None:
        if self._under_way >= MAX_UNDER_WAY:
            work.close()
            self._refuse(SagewsError("too-often", seconds=1), message)
            return
        self._under_way += 1
        Deferred.fromCoroutine(work).addBoth(self._done).addErrback(self._failed, message)

    def _done(self, result: T) -> T:
        self._under_way -= 1
        return result

    def _failed(self, failure: Failure, message: PageMessage) -> None:
        if isinstance(failure.value, SagewsError):
            self._refuse(failure.value, message)
        else:
            tag = message.__struct_config__.tag
            self._log.failure("a message of type {tag} failed", failure, tag=tag, correlation=self.id)
            self._refuse(SagewsError("internal", correlation=self.id), message)

    def _refuse(self, error: SagewsError, message: PageMessage | None) -> None:
        self._refusals += 1
        self._log.debug("refused: {code}", code=error.code, correlation=self.id)
        self.tell(
            Error(
                code=error.code,
                parameters=dict(error.parameters),
                message=str(error),
                request=getattr(message, "request", None),
                about=None if message is None else str(message.__struct_config__.tag),
                document=getattr(message, "document", None),
                edit=getattr(message, "edit", None),
            )
        )
        if self.guard.state in ("waiting", "greeting"):
            self.close(CloseCode.OLD_PAGE if error.code == "version-mismatch" else CloseCode.BAD_GREETING, error.code)
        elif self._refusals > MAX_REFUSALS:
            self.close(CloseCode.TOO_OFTEN, error.code)

    def _silent(self) -> None:
        self._silence = None
        self.tell(Error(code="greeting-expected", parameters={}, message=str(SagewsError("greeting-expected"))))
        self.close(CloseCode.SILENT, "greeting-expected")

    # ------------------------------------------------------------------------------------- what goes

    def tell(self, message: ToPage) -> None:
        """Send an answer."""
        if self.guard.state != "over":
            self.outbox.reply(message.encoded())

    def event(self, document: str, data: bytes) -> None:
        """Send an encoded event of a document, or drop it in favour of a fresh `opened`."""
        self.outbox.event(document, data)

    def _catch_up(self, document: str) -> None:
        if self.workspace is not None:
            self.workspace.find(DocumentId(document)).catch_up(self)

    def _too_slow(self) -> None:
        self.close(CloseCode.TOO_SLOW, "too-slow")

    # ------------------------------------------------------------------------------------- its end

    def close(self, code: CloseCode, reason: str) -> None:
        """Close it; a page that may not come back loses its resume secret."""
        if self.guard.state == "over":
            return
        self._log.info("closing: {reason}", reason=reason, code=int(code), correlation=self.id)
        if code not in (CloseCode.GOING_AWAY, CloseCode.TOO_SLOW):
            self._lobby.resume.revoke(self.id)
        self._leave()
        self._close(int(code), reason)

    def lost(self) -> None:
        """The connection is gone."""
        self.outbox.stopProducing()
        self._lobby.resume.lost(self.id)
        self._leave()
        self._lobby.remove(self)

    def _leave(self) -> None:
        self.life.closed()
        if not self.gone.called:
            self.gone.callback(None)
        self._silence = cancelled(self._silence)
        if self.workspace is not None:
            self.workspace.leave(self)
