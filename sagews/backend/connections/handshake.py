"""The first message of a connection: a ticket of the frontend, or the secret that the last connection was given."""

from __future__ import annotations

from twisted.logger import Logger

from sagews import __version__
from sagews.backend.connections.connection import Connection
from sagews.backend.connections.registry import Lobby
from sagews.backend.connections.resume_tokens import Identity
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId
from sagews.policy.accounts.tokens import hashed, is_secret
from sagews.wire.browser.events import Welcome
from sagews.wire.browser.messages import MAX_MESSAGE, PROTOCOL, CloseCode, Hello

log = Logger()


async def greet(lobby: Lobby, connection: Connection, hello: Hello) -> None:
    """Find out who it is and what they may do, and welcome them.

    Raises:
        SagewsError: `version-mismatch`, `bad-ticket`, `forbidden`, `elsewhere`, `database`.
    """
    if hello.protocol != PROTOCOL:
        raise SagewsError("version-mismatch")
    identity = await _identity(lobby, hello)
    if identity.workspace is not None:
        await _enter(lobby, connection, identity, identity.workspace)
    if connection.guard.state != "greeting":
        return
    connection.identity = identity
    lobby.greeted(connection)
    connection.checked_at = lobby.clock.seconds()
    if connection.workspace is None:
        connection.life.scratch_given()
    else:
        connection.life.workspace_given()
        connection.workspace.join(connection)
    connection.tell(_welcome(lobby, connection, identity))
    log.info(
        "welcomed {user} to {workspace}",
        user=identity.user.id,
        workspace=identity.workspace or "single evaluations",
        client=hello.client,
        correlation=connection.id,
    )


async def _identity(lobby: Lobby, hello: Hello) -> Identity:
    if (hello.ticket is None) == (hello.resume is None):
        raise SagewsError("bad-ticket")
    if hello.ticket is not None:
        spent = None
        if is_secret(hello.ticket):
            spent = await lobby.stores.workspaces.spend_ticket(hashed(hello.ticket), lobby.settings.name)
        if spent is None:
            raise SagewsError("bad-ticket")
        return Identity(*spent)
    kept = lobby.resume.spend(hello.resume or "")
    if kept is None:
        raise SagewsError("bad-ticket")
    identity, former = kept
    still_there = lobby.find(former)
    if still_there is not None:
        still_there.close(CloseCode.REPLACED, "replaced")
    if not await lobby.accounts.login_is_alive(identity.login):
        raise SagewsError("bad-ticket")
    return identity


async def _enter(lobby: Lobby, connection: Connection, identity: Identity, workspace: WorkspaceId) -> None:
    grant = await lobby.stores.workspaces.grant(workspace, identity.user.id)
    if grant is None:
        raise SagewsError("forbidden")
    opened = await lobby.workspaces.open(workspace)
    connection.role, connection.may_run = grant.role, grant.may_run
    connection.workspace = opened


def _welcome(lobby: Lobby, connection: Connection, identity: Identity) -> Welcome:
    settings, workspace = lobby.settings, connection.workspace
    return Welcome(
        protocol=PROTOCOL,
        server=__version__,
        connection=connection.id,
        user={"id": identity.user.id, "name": identity.user.name},
        workspace={} if workspace is None else {"id": workspace.about.id, "name": workspace.about.name},
        role="" if workspace is None else connection.role.value,
        may_run=connection.may_run,
        resume=lobby.resume.issue(identity, connection.id),
        ping_seconds=settings.ping_seconds,
        flavours=lobby.stores.hosts.flavours(),
        limits={
            "message": MAX_MESSAGE,
            "memory": settings.limits.memory,
            "home": settings.limits.home,
            "processes": settings.limits.processes,
            "cpu_seconds": settings.limits.cpu_seconds,
        },
    )
