"""Short of processes, descriptors or namespaces, each try that fails leaves nothing behind: the next comes soon."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from typing import Any

from twisted.trial.unittest import SynchronousTestCase

from sagews.kernel.packets import Channel
from sagews.launcher.resources import allocation, homes
from sagews.launcher.resources.cgroups import Group
from sagews.launcher.resources.uids import UidPool
from sagews.launcher.zygotes import processes
from tests.worker.exhaustion import no_descriptors


def no_process() -> int:
    """Fail as fork does when a bound of processes is reached."""
    raise OSError(errno.EAGAIN, "Resource temporarily unavailable")


class Groups:
    """Makes groups below a folder, as on version 2."""

    def __init__(self, base: Path) -> None:
        self.base = base

    def group(self, slot: int) -> Group:
        """Return the group of a slot, not made yet."""
        return Group({"memory": self.base / f"s{slot}"}, unified=True)


class ShortageTests(SynchronousTestCase):
    """The launcher, short of something."""

    def check_nothing_left(self, attempt: Any) -> None:
        """Hold that something fails and leaves no descriptor open."""
        before = os.listdir("/proc/self/fd")
        self.assertRaises(OSError, attempt)
        self.assertEqual(os.listdir("/proc/self/fd"), before)

    def check_short(self, attempt: Any, needed: int) -> None:
        """Hold it without processes, and with each number of descriptors that is too small."""
        for left in range(1, needed):
            with no_descriptors(left):
                self.check_nothing_left(attempt)
        self.patch(os, "fork", no_process)
        self.check_nothing_left(attempt)

    def test_owner_map(self) -> None:
        """A map of owners that can't be made leaves no pipes."""
        self.check_short(lambda: homes.owner_map(1000, 2000), 4)

    def test_zygote(self) -> None:
        """A zygote that can't be started leaves neither socket nor pipes."""
        interpreter: Any = None
        self.check_short(lambda: processes.start("python", interpreter, Path("/nowhere"), None), 6)

    def test_slot(self) -> None:
        """A slot that can't be made leaves no control group, and its uid is free again."""
        base, uids = Path(self.mktemp()), UidPool(1000, 1000)
        base.mkdir()
        self.patch(homes, "owner_map", lambda storage, uid: no_process())
        unused: Any = None
        groups: Any = Groups(base)
        resources = allocation.SessionResources(unused, groups, uids, 0, (1000, 1000), None, True)
        for ours, theirs in (Channel.pair() for _ in range(3)):
            with theirs:
                self.assertIsNone(resources.new_slot("python", ours, ours))
            ours.close()
        self.assertEqual((list(base.iterdir()), uids.take()), ([], 1000))
