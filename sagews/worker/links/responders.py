"""What a backend may ask of this worker over a link: each command, and only for sessions of that link."""

from __future__ import annotations

from collections.abc import Callable, MutableMapping
from typing import Any

from sagews.errors import SagewsError
from sagews.model.identifiers import RunId, SessionId, WorkspaceId, parse_id
from sagews.model.sessions import SessionRequest
from sagews.net.amp import GuardedLocator
from sagews.wire import worker as wire
from sagews.wire.jobs import ReadRequest, SnapshotRequest
from sagews.worker.files.transfers import Transfers
from sagews.worker.links.outgoing import Outgoing
from sagews.worker.sessions.host import LocalHost

Answer = dict[str, Any]
MAX_REASON = 64


class BackendCommands(GuardedLocator):
    """The responders of a worker.

    Args:
        host: the sessions.
        outgoing: those that were opened over this link.
        opened: makes the keeper of a new session's output.
    """

    def __init__(
        self,
        host: LocalHost,
        outgoing: MutableMapping[SessionId, Outgoing],
        opened: Callable[[SessionRequest], Outgoing],
    ) -> None:
        super().__init__()
        self._host = host
        self._outgoing = outgoing
        self._opened = opened
        self.transfers = Transfers()

    def _find(self, session: str) -> SessionId:
        """Return the id of a session of this link; another link's is as unknown as none."""
        name = SessionId(session)
        if name not in self._outgoing:
            raise SagewsError("no-session")
        return name

    @wire.OpenSession.responder
    async def open(self, request: SessionRequest) -> Answer:
        """Start a session."""
        parse_id(request.session, "session")
        if request.workspace is not None:
            parse_id(request.workspace, "workspace")
        if request.owner is not None:
            parse_id(request.owner, "owner")
        if request.session in self._outgoing:
            raise SagewsError("busy")
        outgoing = self._opened(request)
        try:
            await self._host.open_session(request, outgoing)
        except BaseException:
            self._outgoing.pop(request.session, None)
            raise
        return {}

    @wire.SendMessage.responder
    async def send(self, session: str, message: dict[str, Any], run: str) -> Answer:
        """Say something to a session; what starts a run is taken once."""
        name = self._find(session)
        outgoing = self._outgoing[name]
        # It comes again when its answer was lost with the link, and the cell must not run twice.
        if not run or outgoing.run != run:
            await self._host.send(name, message, RunId(run))
            outgoing.run = RunId(run) if run else outgoing.run
        return {}

    @wire.AskSession.responder
    async def ask(self, session: str, question: dict[str, Any]) -> Answer:
        """Ask a session something."""
        return {"answer": dict(await self._host.ask(self._find(session), question))}

    @wire.InterruptSession.responder
    async def interrupt(self, session: str) -> Answer:
        """Send SIGINT."""
        await self._host.interrupt(self._find(session))
        return {}

    @wire.EndSession.responder
    async def end(self, session: str, reason: str) -> Answer:
        """End a session; one that has ended already is no error, its SessionEnded is on its way."""
        name = self._find(session)
        if self._outgoing[name].ending is None:
            await self._host.end_session(name, reason[:MAX_REASON])
        return {}

    @wire.Acknowledge.responder
    def acknowledge(self, marks: dict[str, int]) -> Answer:
        """Free what is committed."""
        for session, sequence in marks.items():
            name = SessionId(session)
            outgoing = self._outgoing.get(name)
            if outgoing is not None:
                outgoing.acknowledge(sequence)
                self._host.acknowledge(name, sequence)
        return {}

    @wire.SessionUsage.responder
    async def usage(self, session: str) -> Answer:
        """Measure a session."""
        usage = await self._host.usage(self._find(session))
        return {"memory": usage.memory, "cpu_seconds": usage.cpu_seconds}

    @wire.Part.responder
    def part(self, transfer: int, data: bytes) -> Answer:
        """Take bytes."""
        self.transfers.add(transfer, data)
        return {}

    @wire.Fetch.responder
    def fetch(self, transfer: int, offset: int) -> Answer:
        """Give bytes."""
        return {"data": self.transfers.part(transfer, offset)}

    @wire.Abandon.responder
    def abandon(self, transfer: int, upload: bool) -> Answer:
        """Forget a transfer."""
        self.transfers.abandon(transfer, upload=upload)
        return {}

    @wire.RestoreHome.responder
    async def restore(
        self, workspace: str, epoch: int, transfer: int, replace: bool, account: str | None = None
    ) -> Answer:
        """Lay files into a home."""
        # The transfer first: it is over whatever is wrong with the rest.
        with self.transfers.finish(transfer) as parcel:
            name = WorkspaceId(parse_id(workspace, "workspace"))
            await self._host.files.restore(name, epoch, parcel, replace=replace, account=_account(account))
        return {}

    @wire.SnapshotHome.responder
    async def snapshot(self, workspace: str, epoch: int, transfer: int, account: str | None = None) -> Answer:
        """Take a home's tree."""
        with self.transfers.finish(transfer) as parcel:
            name = WorkspaceId(parse_id(workspace, "workspace"))
            asked = SnapshotRequest.from_bytes(parcel.part(0, parcel.size))
        found = await self._host.files.snapshot(name, epoch, asked, account=_account(account))
        return {"tree": found.tree, "left_out": list(found.left_out), "transfer": self.transfers.offer(found.bundle)}

    @wire.ReadHome.responder
    async def read(
        self, workspace: str, epoch: int, path: str, offset: int, length: int, account: str | None = None
    ) -> Answer:
        """Read a part of a file of a home."""
        name = WorkspaceId(parse_id(workspace, "workspace"))
        asked = ReadRequest(path, max(0, offset), max(0, length))
        found = await self._host.files.read(name, epoch, asked, account=_account(account))
        return {"size": found.size, "transfer": self.transfers.offer(found.data)}

    @wire.MeasureHome.responder
    async def measure(self, workspace: str, epoch: int) -> Answer:
        """Say what a home holds."""
        return {"usage": await self._host.files.usage(WorkspaceId(parse_id(workspace, "workspace")), epoch)}

    @wire.ForgetHome.responder
    async def forget(self, workspace: str, epoch: int) -> Answer:
        """Remove a home."""
        await self._host.files.forget(WorkspaceId(parse_id(workspace, "workspace")), epoch)
        return {}


def _account(named: str | None) -> str:
    return "" if named is None else parse_id(named, "account")
