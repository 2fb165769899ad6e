"""The first message of a connection: a ticket of the frontend, or the secret that the last connection was given."""

from __future__ import annotations

from twisted.logger import Logger

from sagews import __version__
from sagews.backend.connections.connection import Admission
from sagews.backend.connections.principal import Identity, Principal
from sagews.backend.connections.registry import ConnectionRegistry
from sagews.backend.connections.resume_tokens import ResumeSecrets
from sagews.backend.settings import BackendSettings
from sagews.backend.workspaces.manager import Workspaces
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.policy.accounts.tokens import hashed, is_secret
from sagews.wire.browser.base import MAX_MESSAGE, PROTOCOL
from sagews.wire.browser.connection import CloseCode, Hello, Welcome


class PageHandshake:
    """Admits and welcomes pages (connection.Handshake).

    Args:
        registry: holds the connection that a page leaves behind when it comes back over another one.
        resume: where secrets for coming back are issued and spent.
    """

    _log = Logger()

    def __init__(
        self,
        settings: BackendSettings,
        accounts: IAccountStore,
        stores: Stores,
        workspaces: Workspaces,
        registry: ConnectionRegistry,
        resume: ResumeSecrets,
    ) -> None:
        self._settings = settings
        self._accounts = accounts
        self._stores = stores
        self._workspaces = workspaces
        self._registry = registry
        self._resume = resume

    async def admit(self, hello: Hello) -> Admission:
        """Find out who it is and what they may do.

        Raises:
            SagewsError: `version-mismatch`, `bad-ticket`, `forbidden`, `elsewhere`, `database`.
        """
        if hello.protocol != PROTOCOL:
            raise SagewsError("version-mismatch")
        identity = await self._identity(hello.ticket, hello.resume)
        if identity.workspace is None:
            return Admission(Principal(identity), None)
        grant = await self._stores.workspaces.grant(identity.workspace, identity.user.id)
        if grant is None:
            raise SagewsError("forbidden")
        return Admission(
            Principal(identity, grant.role, grant.may_run), await self._workspaces.open(identity.workspace)
        )

    async def _identity(self, ticket: str | None, resume: str | None) -> Identity:
        if ticket is not None and resume is None:
            return await self._spend(ticket)
        if resume is not None and ticket is None:
            return await self._come_back(resume)
        raise SagewsError("bad-ticket")

    async def _spend(self, ticket: str) -> Identity:
        spent = None
        if is_secret(ticket):
            spent = await self._stores.workspaces.spend_ticket(hashed(ticket), self._settings.name)
        if spent is None:
            raise SagewsError("bad-ticket")
        return Identity(*spent)

    async def _come_back(self, secret: str) -> Identity:
        kept = self._resume.spend(secret)
        if kept is None:
            raise SagewsError("bad-ticket")
        identity, former = kept
        still_there = self._registry.find(former)
        if still_there is not None:
            still_there.close(CloseCode.REPLACED, "replaced")
        if not await self._accounts.login_is_alive(identity.login):
            raise SagewsError("bad-ticket")
        return identity

    def welcome(self, connection: str, admission: Admission) -> Welcome:
        """Return the answer to a connection whose greeting was good, with its secret for coming back."""
        settings, workspace, principal = self._settings, admission.workspace, admission.principal
        self._registry.greeted(connection)
        self._log.info(
            "welcomed {user} to {workspace}",
            user=principal.user.id,
            workspace=principal.identity.workspace or "single evaluations",
            correlation=connection,
        )
        return Welcome(
            protocol=PROTOCOL,
            server=__version__,
            connection=connection,
            user={"id": principal.user.id, "name": principal.user.name},
            workspace={} if workspace is None else {"id": workspace.about.id, "name": workspace.about.name},
            role="" if workspace is None else principal.role.value,
            may_run=principal.may_run,
            resume=self._resume.issue(principal.identity, connection),
            ping_seconds=settings.ping_seconds,
            flavours=self._stores.hosts.flavours(),
            limits={
                "message": MAX_MESSAGE,
                "memory": settings.limits.memory,
                "home": settings.limits.home,
                "processes": settings.limits.processes,
                "cpu_seconds": settings.limits.cpu_seconds,
            },
        )
