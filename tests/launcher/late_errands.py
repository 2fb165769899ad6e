"""Images of homes without root: errands that are over when a test says so, and mounts that are plain folders."""

from __future__ import annotations

import heapq
import os
from collections import deque
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

from twisted.trial import unittest

from sagews.kernel import calls
from sagews.launcher import errands
from sagews.launcher.disk import home_images, images
from sagews.launcher.disk.home_images import HomeImages
from sagews.launcher.disk.mounted_image import MountedImage
from sagews.launcher.loop import EventLoop, Timer


class ManualLoop:
    """Timers that fire when a test moves the time."""

    def __init__(self) -> None:
        self.time = 0.0
        self._timers: list[tuple[float, int, Timer]] = []
        self._count = 0

    def now(self) -> float:
        """Return the test's seconds."""
        return self.time

    def later(self, seconds: float, callback: Callable[[], None]) -> Timer:
        """Keep a call."""
        self._count += 1
        timer = Timer(callback)
        heapq.heappush(self._timers, (self.time + seconds, self._count, timer))
        return timer

    def advance(self, seconds: float = 0.0) -> None:
        """Let the time pass; what is begun for now meanwhile waits for the next time."""
        self.time += seconds
        due = []
        while self._timers and self._timers[0][0] <= self.time:
            due.append(heapq.heappop(self._timers)[2])
        for timer in due:
            timer.fire()


class LateErrands:
    """Errands whose work is done at once and whose end is told later.

    Attributes:
        fails: the number of an error with which each ends instead; 0: none does.
        sent: how many there were.
    """

    def __init__(self) -> None:
        self.fails = 0
        self.sent = 0
        self._over: deque[tuple[errands.Told, int]] = deque()

    def send(self, loop: EventLoop, work: Callable[[], None], told: errands.Told) -> None:
        """Do a work."""
        self.sent += 1
        status = self.fails
        if status == 0:
            try:
                work()
            except OSError as error:
                status = error.errno or errands.FAILED
        self._over.append((told, status))

    def tell(self) -> None:
        """Tell of all that are over, and of those that are sent because of it."""
        while self._over:
            told, status = self._over.popleft()
            told(status)


class FakeImage(MountedImage):
    """An image whose mount is a plain folder."""

    def _bound(self) -> None:
        """Have no file system to tell."""


class ImagesCase(unittest.SynchronousTestCase):
    """Images below a folder of the test's own.

    Attributes:
        unmounted: points that were unmounted.
    """

    def setUp(self) -> None:
        """Have a template, and no spare yet."""
        self.base = Path(self.mktemp()).absolute()
        self.base.mkdir()
        self.loop, self.errands = ManualLoop(), LateErrands()
        self.unmounted: list[str] = []
        self.patch(errands, "send", self.errands.send)
        self.patch(home_images, "MountedImage", FakeImage)
        self.patch(images, "make_template", lambda base, size, storage: None)
        self.patch(images, "mount_new", mount_new)
        self.patch(images, "mount_again", mount_again)
        self.patch(calls, "new_file_system", lambda *args, **options: os.open(self.base, os.O_RDONLY))
        self.patch(calls, "move_mount", lambda mount, path: None)
        self.patch(calls, "unmount", self.unmounted.append)
        self.restart()

    def restart(self) -> None:
        """Begin anew with what is on the disk."""
        self.homes = HomeImages(self.base, os.getuid(), 2**25, cast(Any, self.loop))
        self.began: list[int] = []
        self.homes.begin(self.began.append)

    def pass_time(self, seconds: float = 0.0) -> None:
        """Let time pass and errands end until nothing more comes of it now."""
        self.loop.advance(seconds)
        for _ in range(20):
            self.errands.tell()
            self.loop.advance()

    def spares(self) -> list[str]:
        """Return the names of the empty homes on the disk."""
        return [name for name in os.listdir(self.base) if name.startswith(home_images.SPARE)]


def mount_new(base: Path, name: str, point: Path) -> None:
    """Make the file and the folder of a new image."""
    (base / name).touch()
    point.mkdir()


def mount_again(folder: int, name: str, point: Path) -> None:
    """Make the folder of an image that is there."""
    os.stat(name, dir_fd=folder)
    point.mkdir()
