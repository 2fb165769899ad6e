"""More transfers at once than a worker has places for: they wait, and one that is given up leaves its place."""

from __future__ import annotations

from typing import Any

from twisted.internet import reactor
from twisted.internet.defer import Deferred, gatherResults

from sagews.model.identifiers import WorkspaceId, new_id
from sagews.net.amp import LinkCommand
from sagews.net.memory_file import MemoryFile
from sagews.wire.jobs import RestoreAnswer, RestoreRequest, SnapshotAnswer, SnapshotRequest
from sagews.wire.worker import MAX_TRANSFERS, PART
from tests.contracts.files import lay_out
from tests.worker.link_case import LinkTestCase
from tests.worker.rig import Rig

MANY = MAX_TRANSFERS + 2
LARGE = bytes(range(256)) * (PART // 128)
TREE = "a" * 40


class Halfway:
    """A parcel of which only the first part can be read."""

    size = 2 * PART

    def part(self, first: int, length: int) -> bytes:
        """Return the first part, and fail for the next."""
        if first:
            raise OSError
        return b"x" * length


def at_once(coroutines: Any) -> Deferred[list[Any]]:
    """Begin all, and return what each came to."""
    return gatherResults([Deferred.fromCoroutine(each) for each in coroutines], consumeErrors=True)


class ManyTransfersTests(LinkTestCase):
    """What a class does that comes or leaves."""

    def transfers(self, rig: Rig) -> Any:
        """Return what the worker holds."""
        assert rig.link is not None
        return rig.link._commands.transfers

    async def test_restores(self) -> None:
        """Six workspaces that are laid out at once on one worker are all laid out."""
        rig = Rig(self, reactor)
        host = await rig.host()
        rig.launcher.answers += [RestoreAnswer(TREE, ()).to_bytes()] * MANY
        asked = RestoreRequest(TREE, (LARGE,))
        await at_once(lay_out(host.files, WorkspaceId(new_id()), 1, asked) for _ in range(MANY))
        self.assertEqual([job[3] for job in rig.launcher.jobs], [asked.to_bytes()] * MANY)

    async def test_snapshots(self) -> None:
        """Six snapshots that are taken at once of one worker all come whole."""
        rig = Rig(self, reactor)
        host = await rig.host()
        rig.launcher.answers += [SnapshotAnswer(TREE, (), (), LARGE).to_bytes()] * MANY
        taken = await at_once(
            host.files.snapshot(WorkspaceId(new_id()), 1, SnapshotRequest({"a.sage.md": LARGE})) for _ in range(MANY)
        )
        self.assertEqual([each.bundle for each in taken], [LARGE] * MANY)
        self.assertEqual((self.transfers(rig)._uploads, self.transfers(rig)._downloads), ({}, {}))

    async def test_accounts_take_turns(self) -> None:
        """One account's many restores, none of which ends, leave a place for another's."""
        rig = Rig(self, reactor)
        host = await rig.host()
        own, other = new_id(), new_id()
        hold: Deferred[None] = Deferred()
        restore, begun = rig.local.files.restore, []

        async def held(*arguments: Any, account: str, **more: Any) -> None:
            begun.append(account)
            if account == own:
                await hold
            await restore(*arguments, account=account, **more)

        self.patch(rig.local.files, "restore", held)
        rig.launcher.answers += [RestoreAnswer(None, ()).to_bytes()] * (MANY + 1)
        with MemoryFile() as parcel:
            parcel.write(RestoreRequest(None, ()).to_bytes())
            laid_out = lambda account: host.files.restore(WorkspaceId(new_id()), 1, parcel, account=account)  # noqa: E731
            many = at_once(laid_out(own) for _ in range(MANY))
            await laid_out(other)
            self.assertEqual(sorted(begun), sorted([own] * (MAX_TRANSFERS - 1) + [other]))
            hold.callback(None)
            await many
        self.assertEqual(len(begun), MANY + 1)

    async def test_given_up(self) -> None:
        """An upload and a download that are given up halfway leave their places at the worker, and the link stays."""
        rig = Rig(self, reactor)
        host = await rig.host()
        link = self.server_link(rig)
        for _ in range(MANY):
            with self.assertRaises(OSError):
                await host.files.restore(WorkspaceId(new_id()), 1, Halfway())
        await rig.until(lambda: not self.transfers(rig)._uploads)
        rig.launcher.answers += [SnapshotAnswer(TREE, (), (), LARGE).to_bytes()]
        part, cancelled = self.transfers(rig).part, []

        def fetched(*arguments: Any) -> Any:
            cancelled.append(len(self.transfers(rig)._downloads))
            taking.cancel()
            return part(*arguments)

        self.patch(self.transfers(rig), "part", fetched)
        taking = Deferred.fromCoroutine(host.files.snapshot(WorkspaceId(new_id()), 1, SnapshotRequest({})))
        await taking.addErrback(lambda failure: None)
        await rig.until(lambda: cancelled and not self.transfers(rig)._downloads)
        self.assertEqual((cancelled, self.server_link(rig)), ([1], link))

    async def test_a_worker_of_the_version_before(self) -> None:
        """A worker that does not know that something may be given up goes on; so does a refused request's transfer."""
        rig = Rig(self, reactor)
        host = await rig.host()
        link = self.server_link(rig)

        class Unknown(LinkCommand):
            commandName = b"Later"
            arguments = []
            response = []
            requiresAnswer = False

        link.tell(Unknown)
        for _ in range(MANY):
            error = await self.refusal(host.files.snapshot(WorkspaceId("no id"), 1, SnapshotRequest({})))
            self.assertEqual(error.code, "bad-value")
        self.assertEqual((self.transfers(rig)._uploads, self.server_link(rig)), ({}, link))
