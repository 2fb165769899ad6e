"""Bundles go from the store to jobs a part at a time: this process never holds one of them whole."""

from __future__ import annotations

import os
import shutil
import tracemalloc
from typing import Any

from twisted.internet.defer import Deferred
from twisted.internet.task import Clock
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.history.bundles import PART, StoredBundles, stored_bundles
from sagews.backend.history.jobs import HistoryJobs
from sagews.errors import SagewsError
from sagews.model.identifiers import WorkspaceId, new_id
from sagews.model.sessions import MEBIBYTE, Limits
from sagews.net.memory_file import MemoryFile
from sagews.wire.jobs import DiffAnswer, DiffRequest
from tests.history.case import HistoryCase
from tests.worker.fakes import FakeLauncher

LARGE = 24 * MEBIBYTE
ONE, TWO = "1" * 40, "2" * 40


class LargeStore:
    """A store with large bundles, made as they are asked for; counts what is asked."""

    def __init__(self) -> None:
        self.parts: list[int] = []

    async def bundle_part(self, workspace: WorkspaceId, commit: str, first: int, length: int) -> bytes:
        """Return part of one."""
        self.parts.append(length)
        return os.urandom(16) * (length // 16)


class UnreadLauncher(FakeLauncher):
    """A launcher whose jobs do not read: notes how much they were given."""

    def __init__(self) -> None:
        super().__init__(Clock())
        self.given: list[int] = []

    async def run_job(self, job: str, workspace: WorkspaceId | None, **words: Any) -> bytes:
        """Note the size of the input, and find no difference."""
        file = words["input"]
        assert isinstance(file, MemoryFile)
        number = file.sealed()
        self.given.append(os.fstat(number).st_size)
        os.close(number)
        return DiffAnswer((), False).to_bytes()


class MemoryTests(SynchronousTestCase):
    """A comparison of versions with much history."""

    def compare(self, limits: Limits) -> tuple[LargeStore, UnreadLauncher, Deferred[DiffAnswer], int]:
        """Compare two versions of 24 MiB each; returns also the bytes that this process held at most."""
        store, launcher = LargeStore(), UnreadLauncher()
        bundles = StoredBundles(store, WorkspaceId(new_id()), {ONE: LARGE, TWO: LARGE})  # type: ignore[arg-type]
        jobs = HistoryJobs(Clock(), launcher, limits)  # type: ignore[arg-type]
        tracemalloc.start()
        compared = Deferred.fromCoroutine(jobs.difference(TWO, ONE, bundles))
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return store, launcher, compared, most

    def test_what_is_held(self) -> None:
        """However large bundles are, no more than a few parts are held, and the job gets all of them."""
        store, launcher, compared, most = self.compare(Limits(home=256 * MEBIBYTE))
        self.assertEqual(self.successResultOf(compared), DiffAnswer((), False))
        opening = DiffRequest(TWO, ONE, ()).opening([LARGE, LARGE])
        self.assertEqual(launcher.given, [len(opening) + 2 * LARGE])
        self.assertLessEqual(max(store.parts), PART)
        self.assertLess(most, 4 * PART)

    def test_more_than_the_jail_has_room_for(self) -> None:
        """It is refused before any of it is read."""
        store, launcher, compared, _ = self.compare(Limits(home=40 * MEBIBYTE))
        self.assertEqual(self.failureResultOf(compared, SagewsError).value.code, "limit")
        self.assertEqual((store.parts, launcher.given), ([], []))


class SealedTests(SynchronousTestCase):
    """The file that a job gets."""

    def test_it_is_read_from_its_start_and_never_written(self) -> None:
        """Each descriptor reads all of it; neither side changes it once the other has it."""
        with MemoryFile() as file:
            file.write(b"one ")
            file.write(b"two")
            number = file.sealed()
            self.assertRaises(OSError, file.write, b"three")
        with os.fdopen(number, "rb") as content:
            self.assertEqual(content.read(), b"one two")
            self.assertRaises(OSError, os.pwrite, number, b"x", 0)


class HistoryBundleTests(HistoryCase):
    """A workspace with versions and autosaves."""

    def test_no_bundle_is_read_whole(self) -> None:
        """Saves, comparisons, reverts and a home that is laid out read parts alone, and write parts alone."""
        read, written, part, write = [], [], self.store.bundle_part, MemoryFile.write

        async def noted(workspace: WorkspaceId, commit: str, first: int, length: int) -> bytes:
            read.append(length)
            return await part(workspace, commit, first, length)

        def noted_write(file: MemoryFile, content: bytes | memoryview) -> None:
            written.append(len(content))
            write(file, content)

        self.patch(self.store, "bundle_part", noted)
        self.patch(MemoryFile, "write", noted_write)
        content = os.urandom(3 * PART)
        self.done(self.files.acquire_host())
        (self.home / "large").write_bytes(content)
        first = self.done(self.history.save(self.user, "", "save"))
        (self.home / "large").write_bytes(content[::-1])
        self.done(self.history.save(self.user, "", "save"))
        assert first is not None
        self.done(self.history.difference(first.id, None))
        self.done(self.history.revert(self.user, first.id))
        self.assertEqual((self.home / "large").read_bytes(), content)
        shutil.rmtree(self.home)
        self.open()
        self.done(self.files.acquire_host())
        self.assertEqual((self.home / "large").read_bytes(), content)
        self.assertEqual((max(read), max(written)), (PART, PART))

    def test_a_version_that_goes_meanwhile(self) -> None:
        """A version that was thinned out meanwhile is not found."""
        first = self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        second = self.saved()
        self.assertEqual(self.done(self.history.difference(second.id, None))[0], first.id)
        found = self.done(stored_bundles(self.store, self.workspace, second.id, first.id))
        self.assertEqual(len(found.sizes), 2)
        self.store.stored[self.workspace].pop()
        error = self.failureResultOf(Deferred.fromCoroutine(found.copy(len)), SagewsError)
        self.assertEqual(error.value.code, "not-found")
