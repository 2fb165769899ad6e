"""One connection of one page: what comes is counted, admitted, parsed, checked and handed on; what goes is queued.

The websocket itself is not known here: a connection is given two functions, to send and to close.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IDelayedCall, IReactorTime
from twisted.logger import Logger
from twisted.python.failure import Failure

from sagews.backend.connections.backlogs import Backlogs
from sagews.backend.connections.context import Context, Router
from sagews.backend.connections.principal import Principal
from sagews.backend.connections.resume_tokens import ResumeSecrets
from sagews.backend.connections.send_queue import SendQueue
from sagews.backend.settings import BackendSettings
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.errors import SagewsError
from sagews.model.accounts import Role, User
from sagews.model.identifiers import DocumentId, new_id
from sagews.net.background import cancelled
from sagews.net.steps import Steps
from sagews.policy.browser.connection import Guard, connection_machine
from sagews.policy.browser.rights import check_right
from sagews.policy.browser.token_bucket import TokenBucket
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource
from sagews.wire.browser.base import FromPage, ToPage
from sagews.wire.browser.connection import CloseCode, Error, Hello, Rights, Welcome
from sagews.wire.browser.document import Edit
from sagews.wire.browser.messages import tag_of

T = TypeVar("T")

MAX_HANDSHAKE = 4096
MAX_UNDER_WAY = 32
# Of edits, each of which builds on those before it: while one of them has to wait, a minute of writing.
MAX_EDITS_UNDER_WAY = 2000
MAX_EDIT_BYTES_UNDER_WAY = 16 * 1024 * 1024
MAX_REFUSALS = 200
# Why a page is not let in, where another ticket would not help it.
_AT_THE_DOOR = {"version-mismatch": CloseCode.OLD_PAGE, "limit": CloseCode.TOO_OFTEN}


@dataclass(frozen=True, slots=True)
class Admission:
    """A handshake that was good: who it is, and the workspace, none for single evaluations."""

    principal: Principal
    workspace: OpenWorkspace | None


class Handshake(Protocol):
    """What is done about handshakes."""

    async def admit(self, hello: Hello) -> Admission:
        """Find out who it is and what they may do, or raise SagewsError."""

    def welcome(self, connection: str, admission: Admission) -> Welcome:
        """Return the answer to a connection that is still there; it holds the secret by which the page comes back."""


@dataclass(frozen=True, slots=True)
class ConnectionServices:
    """What all connections share; `steps` is for what many of them leave behind in one moment."""

    clock: IReactorTime
    settings: BackendSettings
    router: Router
    handshake: Handshake
    resume: ResumeSecrets
    ledger: Ledger
    steps: Steps
    backlogs: Backlogs


class Connection:
    """One connection (a Subscriber for documents).

    Args:
        services: what all connections share.
        send: sends one text message.
        close: closes with a code and a reason; `lost` follows.
    """

    __slots__ = (
        "_bytes",
        "_close",
        "_context",
        "_edit_bytes",
        "_edits",
        "_messages",
        "_refusals",
        "_services",
        "_silence",
        "_under_way",
        "_when_gone",
        "checked_at",
        "guard",
        "id",
        "machine",
        "principal",
        "queue",
    )
    _log = Logger()

    def __init__(
        self, services: ConnectionServices, send: Callable[[bytes], None], close: Callable[[int, str], None]
    ) -> None:
        settings, clock = services.settings, services.clock
        self.id = new_id()
        self.principal: Principal | None = None
        self.checked_at = 0.0
        self.guard = Guard()
        self.machine = connection_machine(self.guard)
        self.queue = SendQueue(send, self._catch_up, self._too_slow, settings.queue_bytes, settings.reply_bytes)
        self._services = services
        self._close = close
        self._context: Context | None = None
        self._when_gone: tuple[Callable[[], None], ...] | None = ()
        self._messages = TokenBucket(settings.messages_per_second, settings.messages_at_once, clock.seconds())
        self._bytes = TokenBucket(settings.bytes_per_second, settings.bytes_at_once, clock.seconds())
        self._refusals = 0
        self._under_way = 0
        # Of those that wait for their turn.
        self._edits = self._edit_bytes = 0
        self._silence: IDelayedCall | None = clock.callLater(
            settings.handshake_seconds, services.steps.do, self._silent
        )

    @property
    def user(self) -> User:
        """Who it is; only of a connection that was welcomed."""
        if self.principal is None:
            raise SagewsError("handshake-expected")
        return self.principal.user

    @property
    def account(self) -> str:
        """Whose work is done for it; empty before the greeting."""
        return "" if self.principal is None else self.principal.user.id

    # ------------------------------------------------------------------------------------- what comes

    def received(self, data: bytes) -> None:
        """Take one text message."""
        if self.guard.state == "over":
            return
        try:
            self._count(len(data))
            message = self._services.router.parse(data)
        except SagewsError as error:
            self._refuse(error, None)
            return
        self._handle(message)

    def _count(self, size: int) -> None:
        now = self._services.clock.seconds()
        if self.guard.state == "waiting" and size > MAX_HANDSHAKE:
            raise SagewsError("too-large", limit=MAX_HANDSHAKE)
        if not (self._messages.take(1, now) and self._bytes.take(size, now)):
            wait = max(self._messages.wait(1), self._bytes.wait(size), 0.1)
            raise SagewsError("too-often", seconds=round(wait, 1))

    def _handle(self, message: FromPage) -> None:
        try:
            self.guard.check(message.needs)
            work = self._greet(message) if isinstance(message, Hello) else self._dispatch(message)
        except SagewsError as error:
            self._refuse(error, message)
        except Exception:
            self._failed(Failure(), message)
        else:
            if work is not None:
                self._start(work, message)

    def _dispatch(self, message: FromPage) -> Coroutine[Any, Any, None] | None:
        # The guard admits nothing but a handshake before these two are set.
        principal, context = self.principal, self._context
        if principal is None or context is None:
            raise SagewsError("handshake-expected")
        if context.open_workspace is not None:
            check_right(message.needs, principal.role, principal.may_run)
        return self._services.router.handlers[type(message)](context, message)

    def _start(self, work: Coroutine[Any, Any, None], message: FromPage) -> None:
        if isinstance(message, Edit):
            self._start_edit(work, message)
        elif self._under_way >= MAX_UNDER_WAY:
            work.close()
            self._refuse(SagewsError("too-often", seconds=1), message)
        else:
            self._under_way += 1
            Deferred.fromCoroutine(work).addBoth(self._done).addErrback(self._failed, message)

    def _start_edit(self, work: Coroutine[Any, Any, None], message: Edit) -> None:
        """Start an edit that has to wait. What comes behind one that is refused can't be applied, so many may wait."""
        size = len(message.update)
        if self._edits >= MAX_EDITS_UNDER_WAY or self._edit_bytes + size > MAX_EDIT_BYTES_UNDER_WAY:
            work.close()
            self._refuse(SagewsError("too-often", seconds=1), message)
            return
        self._edits += 1
        self._edit_bytes += size
        Deferred.fromCoroutine(work).addBoth(self._edit_done, size).addErrback(self._failed, message)

    def _edit_done(self, result: T, size: int) -> T:
        self._edits -= 1
        self._edit_bytes -= size
        return result

    def _done(self, result: T) -> T:
        self._under_way -= 1
        return result

    def _failed(self, failure: Failure, message: FromPage) -> None:
        if isinstance(failure.value, SagewsError):
            self._refuse(failure.value, message)
        else:
            self._log.failure("a message of type {tag} failed", failure, tag=tag_of(message), correlation=self.id)
            self._refuse(SagewsError("internal", correlation=self.id), message)

    def _refuse(self, error: SagewsError, message: FromPage | None) -> None:
        self._refusals += 1
        self._log.debug("refused: {code}", code=error.code, correlation=self.id)
        self.tell(
            Error(
                code=error.code,
                parameters=dict(error.parameters),
                message=str(error),
                request=getattr(message, "request", None),
                about=None if message is None else tag_of(message),
                document=getattr(message, "document", None),
                edit=getattr(message, "edit", None),
            )
        )
        if self.guard.state in ("waiting", "handshake"):
            self.close(_AT_THE_DOOR.get(error.code, CloseCode.BAD_HANDSHAKE), error.code)
        elif self._refusals > MAX_REFUSALS:
            self.close(CloseCode.TOO_OFTEN, error.code)

    # ------------------------------------------------------------------------------------- who it is

    async def _greet(self, hello: Hello) -> None:
        handshake, asked = self._services.handshake, self._services.clock.seconds()
        self._silence = cancelled(self._silence)
        self.machine.hello()
        admission = await handshake.admit(hello)
        if self.guard.state != "handshake":
            # It was closed while the store was asked; the ticket is spent, and nobody is told anything.
            return
        if admission.workspace is not None and admission.workspace.dropped:
            # Its lease was lost meanwhile, when this page was none of those that heard so.
            raise SagewsError("elsewhere")
        ledger, user = self._services.ledger, admission.principal.user
        ledger.know(user)
        ledger.take(user.id, Resource.SOCKETS)
        self.when_gone(lambda: ledger.give_back(user.id, Resource.SOCKETS))
        self.queue.count_with(self._services.backlogs.of(user.id))
        self.principal, self.checked_at = admission.principal, asked
        self._context = Context(self, self.user, admission.workspace)
        if admission.workspace is None:
            self.machine.scratch_given()
        else:
            self.machine.workspace_given()
            admission.workspace.join(self)
        self.tell(handshake.welcome(self.id, admission))
        if admission.workspace is not None:
            admission.workspace.tell_state(self)

    def confirm(self, role: Role, may_run: bool, asked: float) -> None:
        """Learn that login and grant stood at a time, and what the grant allows."""
        if self.principal is None or self.guard.state == "over":
            return
        principal = Principal(self.principal.identity, role, may_run)
        news = principal != self.principal or self.guard.state == "reading"
        self.principal, self.checked_at = principal, asked
        if news:
            self.machine.right_confirmed()
            self.tell(Rights(role.value, may_run))

    def suspend(self) -> None:
        """Let it only read, because nobody can say whether login and grant still stand."""
        self.machine.right_unknown()
        self.tell(Rights(Role.VIEWER.value, False))

    def _silent(self) -> None:
        if self.guard.state != "waiting":
            return
        self.tell(Error(code="handshake-expected", parameters={}, message=str(SagewsError("handshake-expected"))))
        self.close(CloseCode.SILENT, "handshake-expected")

    # ------------------------------------------------------------------------------------- what goes

    def tell(self, message: ToPage) -> None:
        """Send an answer."""
        if self.guard.state != "over":
            self.queue.reply(message.encoded())

    def event(self, document: str, data: bytes) -> None:
        """Send an encoded event of a document, or drop it in favour of a fresh `opened`."""
        self.queue.event(document, data)

    def forget(self, document: str) -> None:
        """Note that the page closed a document: nothing is owed for it."""
        self.queue.forget(document)

    def _catch_up(self, document: str) -> None:
        if self._context is None or self._context.open_workspace is None:
            return
        try:
            live = self._context.open_workspace.find(DocumentId(document))
        except SagewsError:
            # It was removed meanwhile, or the workspace was lost: nothing is owed, and the transport, which calls this,
            # would drop the connection.
            return
        live.catch_up(self)

    def _too_slow(self) -> None:
        self.close(CloseCode.TOO_SLOW, "too-slow")

    # ------------------------------------------------------------------------------------- its end

    def when_gone(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call this once when the connection is closed or lost, at once if it is already; return what takes it back."""
        if self._when_gone is None:
            callback()
        else:
            self._when_gone = (*self._when_gone, callback)

        def take_back() -> None:
            if self._when_gone is not None:
                self._when_gone = tuple(each for each in self._when_gone if each is not callback)

        return take_back

    def close(self, code: CloseCode, reason: str) -> None:
        """Close it; a page that may not come back loses its resume secret."""
        if self.guard.state == "over":
            return
        # Strangers can have one closed as often as they like.
        say = self._log.debug if self.principal is None else self._log.info
        say("closing: {reason}", reason=reason, code=int(code), correlation=self.id)
        if code not in (CloseCode.GOING_AWAY, CloseCode.TOO_SLOW):
            self._services.resume.revoke(self.id)
        self._leave()
        self._close(int(code), reason)

    def lost(self) -> None:
        """The connection is gone."""
        self.queue.stopProducing()
        self._services.resume.lost(self.id)
        self._leave()

    def _leave(self) -> None:
        if self.guard.state != "over":
            self.machine.closed()
            self._silence = cancelled(self._silence)
            self._services.steps.do(self._clear_away)

    def _clear_away(self) -> None:
        """Give back what was taken for it, and have others hear that it is gone."""
        waiting, self._when_gone = self._when_gone or (), None
        for callback in waiting:
            callback()
        # With the queue's, the last of what holds it in a circle: those of thousands would wait for the collector of
        # garbage, which would then hold everybody up at once.
        context, self._context = self._context, None
        if context is not None and context.open_workspace is not None:
            context.open_workspace.leave(self)
