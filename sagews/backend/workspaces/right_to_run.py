"""Ends the sessions of who may not run them any more: a disabled account, a grant that was taken away or made less.

Pages of theirs are closed at once, but a session goes on without any page. A notification only makes the question come
earlier; it is asked every so often whatever happens.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.documents.live_document import LiveDocument
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.identifiers import SessionId, UserId, WorkspaceId
from sagews.net.background import both, run_in_background


@dataclass(frozen=True, slots=True)
class Running:
    """A session that is alive, and whose it is."""

    live: LiveDocument
    workspace: WorkspaceId
    session: SessionId
    owner: UserId


class RightToRun:
    """Looks after the sessions of all open workspaces.

    Args:
        clock: tells the time.
        accounts, store: know who may still run.
        opened: returns every open workspace.
        seconds: between two times that everybody is asked about.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        accounts: IAccountStore,
        store: IWorkspaceStore,
        opened: Callable[[], list[OpenWorkspace]],
        seconds: float,
    ) -> None:
        self._clock = clock
        self._accounts = accounts
        self._store = store
        self._opened = opened
        self._seconds = seconds
        self._asked = clock.seconds()
        self._asking = self._again = False

    def running(self) -> list[Running]:
        """Return every session that is alive and known to be somebody's."""
        return [
            Running(live, workspace.about.id, live.session.id, live.session.owner)
            for workspace in self._opened()
            for live in workspace.documents
            if live.session.id is not None and live.session.owner is not None
        ]

    def tick(self) -> None:
        """Ask, if it was long ago; called every few seconds."""
        if self._clock.seconds() - self._asked >= self._seconds:
            self.ask()

    def ask(self) -> None:
        """Ask about everybody who runs something, and end what may not go on."""
        if self._asking:
            # What changed meanwhile may not be in the answer that is on its way.
            self._again = True
            return
        self._asked = self._clock.seconds()
        self._asking = True
        run_in_background(self._check(), self._log, "right to run", "").addBoth(self._over)

    def _over(self, _: object) -> None:
        self._asking = False
        if self._again:
            self._again = False
            self.ask()

    async def _check(self) -> None:
        running = self.running()
        if not running:
            return
        owners, places = {each.owner for each in running}, {each.workspace for each in running}
        people, grants = await both(self._accounts.find_users(list(owners)), self._store.grants(list(places)))
        enabled = {person.id for person in people if not person.disabled}
        allowed = {(grant.workspace, grant.user) for grant in grants if grant.may_run}
        for each in running:
            still = each.live.session.id == each.session
            if still and (each.owner not in enabled or (each.workspace, each.owner) not in allowed):
                self._log.info("a session of {owner} is ended: no right to run", owner=each.owner)
                each.live.session.stop("rights")
