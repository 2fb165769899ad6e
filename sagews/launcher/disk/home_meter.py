"""Measures the homes that are plain folders, each in a process without rights, as often as that is cheap."""

from __future__ import annotations

import os
from collections.abc import Callable

from sagews.kernel import calls
from sagews.launcher import errands
from sagews.launcher.disk.meter import measure
from sagews.launcher.disk.metered_home import MeteredHome
from sagews.launcher.loop import EventLoop

LEAST_PAUSE = 1.0
SHARE = 10
"""Measuring takes a tenth of the time at most: a home of many files is looked at more seldom."""
MOST_SECONDS = 10.0
AT_ONCE = 4
"""Homes that are measured at one time: each is a process."""
_ANSWER = 64

Open = Callable[[str], int]
"""Returns a descriptor of a workspace's folder; raises OSError."""


class HomeMeter:
    """The homes in use that are folders.

    Args:
        storage: uid and gid that own what is in them; None: ours.
        open_home: opens one.
    """

    def __init__(self, storage: int | None, open_home: Open) -> None:
        self._storage = storage
        self._open_home = open_home
        self.homes: dict[str, MeteredHome] = {}
        self._next: dict[str, float] = {}
        self._measuring: set[str] = set()

    def enter(self, workspace: str, size: int) -> None:
        """Learn that a session has begun in a home, which may hold so many bytes."""
        home = self.homes.get(workspace)
        if home is None:
            self.homes[workspace] = MeteredHome(size)
        else:
            home.size = size

    def leave(self, workspace: str) -> None:
        """Learn that a home is gone."""
        self.homes.pop(workspace, None)
        self._next.pop(workspace, None)

    def look(self, loop: EventLoop, is_used: Callable[[str], bool], is_over: Callable[[str], None]) -> None:
        """Begin to measure those that are due, a few at one time and the others after them, who waited longest first.

        Args:
            loop: tells the time, and when one is measured.
            is_used: whether sessions use a workspace's home; others need not be measured.
            is_over: is told of each that holds too much.
        """
        now = loop.now()
        due = [(self._next.get(workspace, 0.0), workspace) for workspace in self.homes.keys() - self._measuring]
        for since, workspace in sorted(due):
            if since > now or len(self._measuring) >= AT_ONCE:
                return
            if is_used(workspace):
                self._begin(workspace, loop, is_over, lambda: self.look(loop, is_used, is_over))

    def _begin(
        self, workspace: str, loop: EventLoop, is_over: Callable[[str], None], go_on: Callable[[], None]
    ) -> None:
        began = loop.now()
        self._next[workspace] = began + LEAST_PAUSE
        try:
            folder = self._open_home(workspace)
        except OSError:
            return
        try:
            answer, write = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        except OSError:
            os.close(folder)
            return

        def work() -> None:
            self._lower_rights(folder, write)
            found = measure(folder, MOST_SECONDS)
            os.write(write, f"{found.used} {found.files} {int(found.too_deep)}".encode())

        def measured(status: int) -> None:
            text = os.read(answer, _ANSWER) if status == 0 else b""
            os.close(answer)
            self._measuring.discard(workspace)
            self._next[workspace] = loop.now() + max(LEAST_PAUSE, SHARE * (loop.now() - began))
            home = self.homes.get(workspace)
            if home is not None and text:
                used, files, too_deep = map(int, text.split())
                if home.measured(used, files, too_deep=bool(too_deep)):
                    is_over(workspace)
            go_on()

        self._measuring.add(workspace)
        try:
            errands.send(loop, work, measured)
        finally:
            os.close(folder)
            os.close(write)

    def _lower_rights(self, *kept: int) -> None:
        """Keep one right, to look into folders that their owner has closed; of descriptors, two."""
        calls.close_all_but(kept)
        if self._storage is not None:
            calls.keep_capabilities_over_uid_change()
            os.setgroups([])
            os.setresgid(self._storage, self._storage, self._storage)
            os.setresuid(self._storage, self._storage, self._storage)
        calls.set_capabilities(frozenset({calls.CAP_DAC_READ_SEARCH}))
        calls.set_no_new_privileges()
