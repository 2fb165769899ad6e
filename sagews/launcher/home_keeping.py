"""The launcher's part in homes beside lending them: what kind they are of, removing them, watching the disk below."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable

from sagews.errors import SagewsError
from sagews.launcher import errands
from sagews.launcher.disk import known_homes
from sagews.launcher.disk.home_images import PASSING
from sagews.launcher.disk.known_homes import KnownHome
from sagews.launcher.disk.pressure import Shortage
from sagews.launcher.disk.watch import DiskWatch
from sagews.launcher.loop import EventLoop
from sagews.launcher.permits import Permits
from sagews.launcher.resources.homes import Homes
from sagews.wire import launcher as wire

LOOK_SECONDS = 0.5
REST_SECONDS = 60.0
# Each is a process; a crash loop must not begin with hundreds of them.
REMOVALS_AT_START = 20


class HomeKeeping:
    """Keeps the homes of this machine.

    Args:
        homes: the homes.
        permits: what is allowed at most.
        loop: the event loop.
        say: takes what the daemon is told.
        is_used: whether something that runs or waits has a workspace's home.
        is_over: is told of a workspace whose home holds too much, where nothing else keeps it from growing.
    """

    def __init__(
        self,
        homes: Homes,
        permits: Permits,
        loop: EventLoop,
        say: Callable[[wire.Reply], None],
        is_used: Callable[[str], bool],
        is_over: Callable[[str], None],
    ) -> None:
        self._homes = homes
        self._permits = permits
        self._loop = loop
        self._say = say
        self._is_used = is_used
        self._is_over = is_over
        self._watch = DiskWatch(permits.homes, permits.disk, homes.watched, homes.owner, say)
        self.form = ""
        self.missing = ""
        self._written: dict[str, KnownHome] = {}
        self._writing = False

    def begin(self, known: Callable[[], None]) -> None:
        """Find out what homes can be here, tell when it is known, and remove what an earlier launcher left."""

        def told(status: int) -> None:
            self.form = "images" if status in (0, *PASSING) else "folders"
            if self.form == "folders" and self._permits.images:
                self.missing = f"homes of a fixed size ({os.strerror(status)})"
            known()

        if self._permits.images:
            self._homes.use_images(self._permits.limits.disk, self._loop, told)
        else:
            told(errno.EPERM)
        for aside in self._homes.names.left_over()[:REMOVALS_AT_START]:
            self._remove(aside, lambda gone: None)
        self._remember()
        self._look()
        self._let_rest()

    def _remember(self) -> None:
        """Take over what an earlier launcher knew of homes that are still there."""
        for workspace, home in known_homes.load(self._permits.homes).items():
            if self._homes.names.find(workspace) is not None:
                self._homes.belongs(workspace, home.owner)
                self._watch.remember(workspace, home.used)
                self._written[workspace] = home

    def _write_down(self) -> None:
        seen = {name: KnownHome(self._homes.owner(name), used) for name, used in self._watch.seen.items()}
        if self._writing or seen == self._written:
            return

        def written(status: int) -> None:
            # Without room, or on a disk that fails, it is tried again the next time.
            self._writing = False
            if status == 0:
                self._written = seen

        self._writing = True
        errands.send(self._loop, lambda: known_homes.save(self._permits.homes, seen), written)

    def _look(self) -> None:
        self._homes.measure(self._loop, self._is_used, self._is_over)
        self._watch.look(self._loop.now())
        self._homes.takes_new = self._watch.short is not Shortage.LAST
        self._loop.later(LOOK_SECONDS, self._look)

    def _let_rest(self) -> None:
        """Unmount what nobody used for a while: each mount takes memory, and a kept home may lie here for months."""
        self._homes.let_rest(self._is_used)
        self._write_down()
        self._loop.later(REST_SECONDS, self._let_rest)

    def forget(self, request: wire.RemoveHome) -> None:
        """Remove a workspace's home and say when it is gone.

        Raises:
            SagewsError: `busy` while something uses it.
        """
        if self._is_used(request.workspace):
            raise SagewsError("busy")
        # The rename frees the name at once, however long it takes to remove a million files; the workspace may come
        # back meanwhile.
        aside = self._homes.set_aside(request.workspace)
        self._watch.forget(request.workspace)
        if aside is None:
            self._say(wire.HomeRemoved(request.request))
            return
        reason = "The home could not be removed; it was set aside and is tried again at the next start."
        failed = wire.Refused("internal", reason, request=request.request)
        self._remove(aside, lambda gone: self._say(wire.HomeRemoved(request.request) if gone else failed))

    def _remove(self, aside: str, told: Callable[[bool], None]) -> None:
        """Remove a home that was set aside, in a process of its own; tell whether it is gone."""
        try:
            pid = self._homes.remove(aside)
        except OSError:
            # No process can be had: it is tried again at the next start.
            told(False)
        else:
            errands.await_end(self._loop, pid, lambda status: told(status == 0))
