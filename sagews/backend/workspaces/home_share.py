"""How much of the disk the files of one workspace may take, of what its owner may have in sum.

What a home holds is told by the worker that has it, and kept with the workspace, so that homes that rest count as well.
A session begins with what is left as its limit; one that began when more was left is ended, and the next can delete.
"""

from __future__ import annotations

from collections.abc import Callable

from twisted.logger import Logger

from sagews.interfaces.usage import IUsageStore
from sagews.model.sessions import MEBIBYTE
from sagews.model.workspaces import Lease
from sagews.policy.quotas.ledger import Ledger
from sagews.policy.quotas.resources import Resource

LEAST = 4 * MEBIBYTE
"""Bytes that a home may hold also where nothing is left: a session that can write nothing is of no use to clean up."""
STEP = MEBIBYTE
"""A change by less is not written down."""


class HomeShare:
    """The share of one workspace.

    Args:
        lease: names the workspace, its owner, and what the owner's others take.
        ledger: knows what the owner may have.
        usage: keeps what each takes.
        over: is called when sessions may write more than is left by now.
    """

    _log = Logger()

    def __init__(self, lease: Lease, ledger: Ledger, usage: IUsageStore, over: Callable[[], None]) -> None:
        self._workspace = lease.workspace
        self._elsewhere = lease.homes_elsewhere
        self._ledger = ledger
        self._usage = usage
        self._over = over
        # What the store was told last, and the limit of the sessions that are alive; None: not known, or none began.
        self._noted: int | None = None
        self._given: int | None = None

    @property
    def allowed(self) -> int:
        """Bytes that the files may take now."""
        owner = self._workspace.owner
        left = self._ledger.allowed(owner, Resource.HOMES) - self._elsewhere
        return min(self._ledger.allowed(owner, Resource.HOME), max(LEAST, left))

    @property
    def sum_that_binds(self) -> int | None:
        """Bytes that all of the owner's may take, where that leaves this one less than a home may take; else None."""
        owner = self._workspace.owner
        binds = self.allowed < self._ledger.allowed(owner, Resource.HOME)
        return self._ledger.allowed(owner, Resource.HOMES) if binds else None

    def give(self) -> int:
        """Return the limit of a session that begins, which holds for all of the workspace from then on."""
        self._given = self.allowed
        # What the others take may have changed since the last look.
        self._noted = None
        return self._given

    async def measured(self, used: int) -> None:
        """Learn what the files take.

        Raises:
            SagewsError: `database`; it is noted the next time.
        """
        if self._noted is None or abs(used - self._noted) >= STEP:
            self._elsewhere = await self._usage.note_home(self._workspace.owner, self._workspace.id, used)
            self._noted = used
        if self._given is not None and used > self.allowed < self._given:
            self._given = None
            self._log.info("the files of {workspace} take more than is left", workspace=self._workspace.id)
            self._over()
