"""The live side as one object: built from its collaborators, started, given workers, stopped."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.interfaces import IReactorTime
from twisted.internet.task import LoopingCall
from twisted.logger import Logger
from twisted.web.resource import IResource

from sagews.backend.connections.backlogs import Backlogs
from sagews.backend.connections.connection import ConnectionServices
from sagews.backend.connections.context import Router
from sagews.backend.connections.handshake import PageHandshake
from sagews.backend.connections.permission_watch import PermissionWatch
from sagews.backend.connections.pinger import Pinger
from sagews.backend.connections.registry import ConnectionRegistry
from sagews.backend.connections.resume_tokens import ResumeSecrets
from sagews.backend.connections.websocket import websocket_resource
from sagews.backend.history.interfaces import IHistories
from sagews.backend.journal.group_commit import GroupCommit
from sagews.backend.messages.features import Feature, features
from sagews.backend.messages.services import FeatureServices
from sagews.backend.runs.run_owners import RunOwners
from sagews.backend.runs.stored_outputs import StoredOutputs
from sagews.backend.settings import BackendSettings
from sagews.backend.workers.pool import Hosts
from sagews.backend.workspaces.manager import Workspaces
from sagews.backend.workspaces.open_workspace import OpenWorkspace
from sagews.backend.workspaces.right_to_run import RightToRun
from sagews.backend.workspaces.stores import Stores
from sagews.interfaces.accounts import IAccountStore
from sagews.interfaces.checks import IDocumentChecks
from sagews.interfaces.documents import IDocumentStore
from sagews.interfaces.journal import IJournal
from sagews.interfaces.runs import IRunStore
from sagews.interfaces.sessions import ISessionHost
from sagews.interfaces.usage import IUsageStore
from sagews.interfaces.workspaces import IWorkspaceStore
from sagews.model.identifiers import LoginId, SessionId, UserId, WorkspaceId, new_id
from sagews.net.account_lines import AccountLines
from sagews.net.background import cancelled, run_in_background
from sagews.net.steps import Steps
from sagews.policy.browser.shares import Shares
from sagews.policy.quotas.ledger import Ledger
from sagews.wire.browser.connection import CloseCode, GoingAway

TICK_SECONDS = 2.0
# What is too late for a stop is let go of with a little time left, in which the leases are given back.
OF_THE_STOP = 0.9


class Backend:
    """A backend.

    Args:
        reactor: for the websocket's own timers.
        clock: for everything else; the same object but in tests.
        accounts, workspaces, documents, runs, journal, usage: the store.
        histories: what keeps versions of workspaces.
        checks: tries large edits and folds large documents in a process of its own.
        settings: limits and times.
        extra: features beside those of messages/.
    """

    _log = Logger()

    def __init__(
        self,
        reactor: Any,
        clock: IReactorTime,
        accounts: IAccountStore,
        workspaces: IWorkspaceStore,
        documents: IDocumentStore,
        runs: IRunStore,
        journal: IJournal,
        usage: IUsageStore,
        histories: IHistories,
        checks: IDocumentChecks,
        settings: BackendSettings,
        hosts: Iterable[ISessionHost] = (),
        extra: Iterable[Feature] = (),
    ) -> None:
        self._reactor = reactor
        self._clock = clock
        # Its own, to be changed by `adopt`.
        self._settings = settings = replace(settings)
        self._ledger = Ledger(settings.quotas)
        self._hosts = Hosts(settings.minimum, hosts)
        commits = GroupCommit(clock, settings, journal)
        stores = Stores(
            workspaces,
            documents,
            runs,
            commits,
            histories,
            checks,
            self._ledger,
            self._hosts,
            StoredOutputs(clock, usage, accounts, self._ledger),
            usage,
            RunOwners(clock),
        )
        self.workspaces = Workspaces(clock, settings, stores, new_id(), self._workspace_lost)
        self._registry = ConnectionRegistry(settings)
        self._resume = ResumeSecrets(clock, settings.resume_seconds)
        handshake = PageHandshake(settings, accounts, stores, self.workspaces, self._registry, self._resume)
        services = FeatureServices(clock, settings, stores)
        router = Router(feature(services) for feature in (*features(), *extra))
        self._connections = ConnectionServices(
            clock,
            settings,
            router,
            handshake,
            self._resume,
            self._ledger,
            Steps(clock),
            Backlogs(settings.account_bytes),
        )
        self._permissions = PermissionWatch(clock, settings, accounts, workspaces, self._registry)
        self._right_to_run = RightToRun(
            clock, accounts, workspaces, lambda: self.workspaces.all, settings.recheck_seconds
        )
        # Of this backend and not of a resource, of which a reload makes another: nobody gets a second share by that.
        self._lines = AccountLines(reactor, Shares().charge)
        self._pinger = Pinger(settings.ping_seconds, settings.ping_timeout)
        self._ticker = LoopingCall(self._tick)
        self._pinging = LoopingCall(self._pinger.turn)
        self._ticker.clock = self._pinging.clock = clock

    # ------------------------------------------------------------------------------------- what roles/backend.py uses

    def resource(self) -> IResource:
        """Return the resource to be put at /ws."""
        return websocket_resource(self._reactor, self._registry, self._connections, self._pinger, self._lines)

    async def start(self) -> None:
        """Begin to look after what is open."""
        self.workspaces.look_for_left()
        self._ticker.start(TICK_SECONDS, now=False).addErrback(
            lambda failure: self._log.failure("the backend's timer stopped", failure)
        )
        if self._pinger.seconds:
            self._pinging.start(self._pinger.seconds, now=False).addErrback(
                lambda failure: self._log.failure("pings stopped", failure)
            )

    async def stop(self, seconds: float = math.inf) -> None:
        """Tell every page when to come back, commit everything, give the leases back.

        Args:
            seconds: after which whoever stops it goes on; it takes `stop_seconds` at most, and fewer where those are
                nearer than that.
        """
        self._registry.accepting = False
        for timer in (self._ticker, self._pinging):
            if timer.running:
                timer.stop()
        for connection in self._registry.connections:
            connection.tell(GoingAway(self._settings.reconnect_seconds))
            connection.close(CloseCode.GOING_AWAY, "shutting-down")
        closing = run_in_background(self.workspaces.close_all(), self._log, "stop", self._settings.name)
        limit = min(self._settings.stop_seconds, seconds * OF_THE_STOP)
        late = self._clock.callLater(limit, self._too_late, closing)
        await closing
        cancelled(late)

    def _too_late(self, closing: Deferred[None]) -> None:
        self.workspaces.leave_the_rest()
        closing.cancel()
        left = [workspace.about.id for workspace in self.workspaces.all]
        self._log.warn(
            "{count} workspaces are saved at the next start; every edit is, and their files stay here: {left}",
            count=len(left),
            left=left,
        )

    def adopt(self, settings: BackendSettings) -> None:
        """Take over settings that were read again: for what is begun from now on."""
        self._settings.adopt(settings)
        self._ledger.change(settings.quotas)

    def add_host(self, host: ISessionHost) -> None:
        """Take a worker that registered; it may have the files of workspaces whose end was not saved."""
        self._hosts.add(host)
        self.workspaces.look_for_left()

    def remove_host(self, host: ISessionHost) -> None:
        """A worker is gone for good; its sessions are over."""
        self._hosts.remove(host)
        for workspace in self.workspaces.all:
            workspace.host_removed(host)

    def logins_ended(self, logins: Iterable[LoginId] | None) -> None:
        """These logins ended (None: not known which); their connections are closed."""
        self._permissions.logins_ended(logins)
        self._right_to_run.ask()

    def grants_changed(self, workspace: WorkspaceId | None, user: UserId | None = None) -> None:
        """Grants changed (None: not known where); connections learn what they may do now."""
        self._permissions.grants_changed(workspace, user)
        self._right_to_run.ask()

    def workspace_renamed(self, workspace: WorkspaceId | None) -> None:
        """A workspace has another name (None: not known which); whoever has it open is told."""
        self.workspaces.renamed(workspace)

    def sessions(self) -> list[dict[str, Any]]:
        """Return every session of a worksheet that is alive, as administrators see it, the oldest first."""
        names = {workspace.about.id: workspace.about.name for workspace in self.workspaces.all}
        return [
            {
                "id": each.session,
                "user": each.owner,
                "workspace": each.workspace,
                "workspace_name": names.get(each.workspace, ""),
                "document": each.live.about.id,
                "path": each.live.about.path,
                "state": each.live.session.condition.state.value,
                "queue": each.live.session.queued,
            }
            for each in sorted(self._right_to_run.running(), key=lambda each: each.session)
        ]

    def end_session(self, session: SessionId) -> bool:
        """End a session because an administrator wants it; False if there is none."""
        for each in self._right_to_run.running():
            if each.session == session:
                each.live.session.stop("operator")
                return True
        return False

    def used(self, user: UserId) -> Mapping[str, int]:
        """Return what an account has at this moment of everything that is counted here."""
        return {resource.value: amount for resource, amount in self._ledger.used(user).items()}

    def status(self) -> dict[str, Any]:
        """Return what the status page shows."""
        opened = self.workspaces.all
        return {
            "name": self._settings.name,
            "accepting": self._registry.accepting,
            "connections": len(self._registry),
            "workspaces": len(opened),
            "documents": sum(len(workspace.documents) for workspace in opened),
            "sessions": sum(live.session.condition.alive for workspace in opened for live in workspace.documents),
            "waiting_bytes": sum(connection.queue.waiting for connection in self._registry.connections),
            "workers": self._hosts.status(),
        }

    # ------------------------------------------------------------------------------------- inside

    def _tick(self) -> None:
        asked = (self._permissions.tick, self._right_to_run.tick, self._resume.expire)
        for work in (self.workspaces.tick, self._hosts.tick, *asked):
            try:
                work()
            except Exception:
                self._log.failure("a periodic task failed")

    def _workspace_lost(self, workspace: OpenWorkspace) -> None:
        for connection in self._registry.of_workspace(workspace.about.id):
            try:
                connection.tell(GoingAway(self._settings.reconnect_seconds))
                connection.close(CloseCode.GOING_AWAY, "elsewhere")
            except Exception:
                # The others must hear it all the same, and whoever found out has more to do.
                self._log.failure("a page could not be sent away", correlation=connection.id)
