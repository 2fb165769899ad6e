"""What the machine and the permits give to sessions: uids, cgroups, homes. Made once, when the level is known."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field

from sagews.errors import SagewsError
from sagews.kernel.packets import Channel, close_all
from sagews.launcher.resources import homes
from sagews.launcher.resources.cgroups import Groups
from sagews.launcher.resources.homes import Homes
from sagews.launcher.resources.slots import Slot, Work
from sagews.launcher.resources.uids import UidPool
from sagews.launcher.zygotes.processes import Users
from sagews.wire.launcher import SESSION, StartJob


@dataclass(slots=True)
class SessionResources:
    """What sessions are given of this machine: a home, a cgroup, a uid.

    Attributes:
        homes: the folder of homes.
        groups: the cgroups, if there are any.
        uids: the pool.
        storage: uid that owns homes on disk.
        lent: first and last uid that sessions have.
        zygote_users: of the zygotes' own user namespaces, where they are possible.
        mapped: whether each session has a uid of its own (root), so that owners are mapped.
    """

    homes: Homes
    groups: Groups | None
    uids: UidPool
    storage: int
    lent: tuple[int, int]
    zygote_users: Users | None
    mapped: bool
    _numbers: itertools.count[int] = field(default_factory=lambda: itertools.count(1))

    def new_slot(self, flavour: str, init: Channel, child: Channel) -> Slot | None:
        """Return a slot with a free uid and a cgroup of its own, or None when the uids are used up."""
        uid = self.uids.take()
        if uid is None:
            return None
        number = next(self._numbers)
        group = self.groups.group(number) if self.groups is not None else None
        try:
            if group is not None:
                group.create()
            # At refill and not at hand-over: the first map for a pair of uids takes 3 to 5 ms, all others a tenth of
            # one.
            owner_map = homes.owner_map(self.storage, uid) if self.mapped else -1
        except OSError:
            # Nobody is in it yet. It would stay for good: each try has another number.
            if group is not None:
                group.remove()
            self.uids.give_back(uid)
            return None
        return Slot(number, flavour, uid, owner_map, group, init, child)

    def mounts(self, slot: Slot, work: Work) -> list[int]:
        """Return the detached mounts of a work: its home, and a scratch folder for a job.

        Raises:
            OSError: when the home is not ours or the kernel refuses.
            SagewsError: when the home is not in a state for this work.
        """
        access = work.access if isinstance(work, StartJob) else SESSION
        mounts = []
        try:
            if work.workspace is None:
                # A private session has nothing to keep, so its home is memory: bounded, charged to its cgroup, gone
                # with it.
                mounts.append(homes.temporary_home(work.limits.home, slot.uid, slot.uid))
            else:
                mounts.append(self.homes.mount(work.workspace, slot.owner_map, access))
                if not isinstance(work, StartJob):
                    # The quota may have changed since the home was made, and laying out is not bound by it.
                    self.homes.resize(work.workspace, work.limits.disk)
                    self.homes.belongs(work.workspace, work.owner)
            if isinstance(work, StartJob):
                mounts.append(homes.temporary_home(work.limits.home, slot.uid, slot.uid))
        except (OSError, SagewsError):
            close_all(mounts)
            raise
        return mounts

    def clear(self, slot: Slot) -> bool:
        """Remove the cgroup of a slot that has ended and take its uid back; False while it is going down."""
        # The uid goes back last: a process that still runs under it could signal the next session's.
        if slot.group is not None and not slot.group.remove():
            return False
        slot.close()
        self.uids.give_back(slot.uid)
        return True

    def close(self) -> bool:
        """Remove what is ours of the cgroups; False while sessions are still being taken down."""
        return self.groups is None or self.groups.remove()
