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
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.backend.workspaces.stores import Stores
from sagews.errors import SagewsError
from sagews.interfaces.accounts import IAccountStore
from sagews.model.workspaces import Ticket
from sagews.net.background import both
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
        if hello.ticket is not None and hello.resume is None:
            return await self._admit_by_ticket(hello.ticket)
        if hello.resume is not None and hello.ticket is None:
            return await self._admit_again(await self._come_back(hello.resume))
        raise SagewsError("bad-ticket")

    async def _admit_by_ticket(self, secret: str) -> Admission:
        """Spend a ticket; then ask the accounts about its login while the workspace is being opened."""
        ticket = None
        if is_secret(secret):
            ticket = await self._stores.workspaces.spend_ticket(hashed(secret), self._settings.name)
        if ticket is None:
            raise SagewsError("bad-ticket")
        login, workspace = await both(self._accounts.login(ticket.user, ticket.login), self._open(ticket))
        if login is None:
            raise SagewsError("bad-ticket")
        if not ticket.for_workspace:
            return Admission(Principal(Identity(login.id, login.user, None)), None)
        if workspace is None or ticket.grant is None:
            raise SagewsError("forbidden")
        identity = Identity(login.id, login.user, workspace.about.id)
        return Admission(Principal(identity, ticket.grant.role, ticket.grant.may_run), workspace)

    async def _open(self, ticket: Ticket) -> OpenWorkspace | None:
        if ticket.workspace is None or ticket.grant is None:
            return None
        return await self._workspaces.open(ticket.workspace.id)

    async def _admit_again(self, identity: Identity) -> Admission:
        if identity.workspace is None:
            return Admission(Principal(identity), None)
        grant = await self._stores.workspaces.grant(identity.workspace, identity.user.id)
        if grant is None:
            raise SagewsError("forbidden")
        opened = await self._workspaces.open(identity.workspace)
        return Admission(Principal(identity, grant.role, grant.may_run), opened)

    async def _come_back(self, secret: str) -> Identity:
        kept = self._resume.spend(secret)
        if kept is None:
            raise SagewsError("bad-ticket")
        identity, former = kept
        still_there = self._registry.find(former)
        if still_there is not None:
            still_there.close(CloseCode.REPLACED, "replaced")
        if not await self._accounts.login_is_alive(identity.user.id, identity.login):
            raise SagewsError("bad-ticket")
        return identity

    def welcome(self, connection: str, admission: Admission) -> Welcome:
        """Return the answer to a connection whose handshake was good, with its secret for coming back."""
        settings, workspace, principal = self._settings, admission.workspace, admission.principal
        self._registry.welcomed(connection)
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
