"""What the site is made of: every folder of calls is given this, and takes what it needs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from twisted.web.resource import IResource

from sagews.config.quotas import QuotaSection
from sagews.config.sign_in import SignInSection
from sagews.frontend.http.gate import Observe
from sagews.frontend.http.static_files import BuiltFiles
from sagews.frontend.sign_in.logins import Logins
from sagews.frontend.sign_in.password_hashing import Hasher
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.logs import ILogStore
from sagews.interfaces.usage import IUsageStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.accounts import Privilege
from sagews.model.identifiers import SessionId, UserId, WorkspaceId
from sagews.policy.http.forwarded import Proxies
from sagews.policy.http.requests import Addresses
from sagews.policy.quotas.ledger import DEFAULTS


@dataclass(frozen=True, slots=True)
class BackendAddress:
    """A backend: the name under which it spends tickets, and the address of its websocket.

    `url` is None when the websocket is on the site itself: pages then reach it under the name that they used.
    """

    name: str
    url: str | None = None


Placement = Callable[[WorkspaceId | None], Awaitable[BackendAddress]]
Status = Callable[[], Awaitable[Mapping[str, Any]]]


class LiveSide(Protocol):
    """What the site asks of the backends of this machine."""

    async def sessions(self) -> Sequence[Mapping[str, Any]]:
        """Return every session that is alive, the oldest first."""

    async def end_session(self, session: SessionId) -> bool:
        """End a session; False if there is none."""

    async def used(self, user: UserId) -> Mapping[str, int] | None:
        """Return what an account has at this moment; None where no backend can be asked."""


@dataclass(frozen=True)
class Parts:
    """Everything that the site is made of.

    Attributes:
        accounts: the account store.
        workspaces: the workspace store.
        usage: what accounts have stored.
        logs: the log store; None on a frontend that reads no logs.
        hasher: hashes passwords in threads.
        status: returns what `GET /api/status` shows.
        placement: chooses the backend that a ticket opens.
        addresses: the names under which the origins answer.
        built: the files of the client.
        now: returns the time, UTC.
        websockets: resources that take the websocket of a backend in this process, by path, for instance "/ws".
        quotas: what an account of each type may have at once.
        sign_in: how often signing in may be tried.
        live: the backends of this machine; None where there are none to ask.
        strict_transport: tells browsers to use TLS only; for certificates that browsers trust.
        proxies: whose X-Forwarded-For is believed.
        observe: told of each answer: its status, and how long it took in seconds.
    """

    accounts: IAccountStore
    workspaces: IWorkspaceStore
    usage: IUsageStore
    logs: ILogStore | None
    hasher: Hasher
    status: Status
    placement: Placement
    addresses: Addresses
    built: BuiltFiles
    version: str
    now: Callable[[], datetime]
    websockets: Mapping[str, IResource] = field(default_factory=dict)
    strict_transport: bool = False
    proxies: Proxies = ()
    quotas: Mapping[Privilege, QuotaSection] = field(default_factory=lambda: DEFAULTS)
    sign_in: SignInSection = field(default_factory=SignInSection)
    live: LiveSide | None = None
    observe: Observe = lambda status, seconds: None

    def logins(self) -> Logins:
        """Return what finds and opens logins; it keeps no state."""
        return Logins(self.accounts, self.now)
