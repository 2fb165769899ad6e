"""Tells the pages of a workspace how much of its share of the disk is used, and what to do when it is not enough."""

from __future__ import annotations

from collections.abc import Callable

from twisted.internet.interfaces import IReactorTime
from twisted.logger import Logger

from sagews.backend.events.subscriber import Subscriber
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.backend.workspaces.home_share import HomeShare
from sagews.errors import SagewsError, sentence
from sagews.model.identifiers import WorkspaceId
from sagews.model.sizes import size_text
from sagews.net.background import run_in_background
from sagews.wire.browser.base import ToPage
from sagews.wire.browser.storage import Storage
from sagews.wire.homes import HomeUsage

NEARLY = 0.95
"""The part of a share from which on people are told that it is nearly used up."""

# Seconds: a worker measures a home a while after something was written there, and what runs in the background of a
# session may write at any time.
SETTLED_AFTER = 60.0
STILL_ASKED_EVERY = 300.0


class StorageWatch:
    """Asks the worker with the files while something may change in them, and tells what did.

    The worker may be at the other end of a link, and most pages show workspaces in which nothing moves: those are asked
    about rarely, unless nothing is known yet or people are told of a problem, which may be over without them.

    Args:
        clock: tells the time.
        workspace: whose files.
        files: knows where they are.
        tell_all: says something to every page.
        share: says how many bytes they may be.
    """

    _log = Logger()

    def __init__(
        self,
        clock: IReactorTime,
        workspace: WorkspaceId,
        files: WorkspaceFiles,
        tell_all: Callable[[ToPage], None],
        share: HomeShare,
    ) -> None:
        self._clock = clock
        self._workspace = workspace
        self._files = files
        self._tell_all = tell_all
        self._share = share
        self._last: Storage | None = None
        self._asking = False
        self._moved = self._asked = clock.seconds()
        self._laid_out = 0

    def moved(self) -> None:
        """Learn that something runs that may write files."""
        self._moved = self._clock.seconds()

    def look(self) -> None:
        """Ask where there may be news, unless that is under way or no worker has the files."""
        if self._laid_out != self._files.laid_out:
            self._laid_out = self._files.laid_out
            self.moved()
        if self._files.holder is not None and not self._asking and self._may_have_changed():
            self._asking = True
            self._asked = self._clock.seconds()
            run_in_background(self._ask(), self._log, "storage", self._workspace)

    def _may_have_changed(self) -> bool:
        now = self._clock.seconds()
        unsettled = now - self._moved < SETTLED_AFTER or now - self._asked >= STILL_ASKED_EVERY
        return unsettled or self._last is None or bool(self._last.problem)

    def tell(self, peer: Subscriber) -> None:
        """Tell one who has just come, if it is known."""
        if self._last is not None:
            peer.tell(self._last)

    async def _ask(self) -> None:
        try:
            usage = await self._files.usage()
            if usage is not None:
                await self._share.measured(usage.used)
        except SagewsError:
            # A worker or a database that is gone or busy; asked again in a moment, and nobody is waiting.
            return
        finally:
            self._asking = False
        if usage is not None:
            now = storage_of(usage, self._share.sum_that_binds)
            if now != self._last:
                self._last = now
                self._tell_all(now)


def storage_of(usage: HomeUsage, most: int | None) -> Storage:
    """Return what pages are told of a home; `most`: bytes of all of the owner's, where those leave it less."""
    return Storage(usage.used, usage.size, usage.files, usage.most_files, _problem(usage, most))


def _problem(usage: HomeUsage, most: int | None) -> str:
    if usage.used >= NEARLY * usage.size:
        if most is not None:
            return sentence("homes-full", {"sum": size_text(most)})
        return sentence("home-full", {"size": size_text(usage.size)})
    if usage.files >= NEARLY * usage.most_files:
        return sentence("home-files", {"most_files": usage.most_files})
    return sentence("home-held", {"used": size_text(usage.used)}) if usage.held else ""
