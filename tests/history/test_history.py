"""The history of workspaces, from an edit to a version and back, with real git in the jobs."""

from __future__ import annotations

from typing import Any, TypeVar, cast

import pytest
from twisted.internet.defer import Deferred

from sagews.backend.history import save as history_save
from sagews.backend.history.jobs import HistoryJobs
from sagews.backend.history.service import Histories
from sagews.backend.history.worker_files import WorkspaceFiles
from sagews.errors import SagewsError
from sagews.interfaces.sessions import ISessionHost
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, WorkspaceId, new_id
from sagews.store.history.history import prerequisites
from sagews.wire.jobs import CommitAnswer
from tests.fakes.documents import MemoryHistory
from tests.history.case import HistoryCase
from tests.history.live import Live

pytestmark = pytest.mark.slow

T = TypeVar("T")


class HistoryTests(HistoryCase):
    """From an edit to a version and back."""

    def test_a_save_is_a_commit_of_files_and_documents(self) -> None:
        """The commit has its author, its time, its parent, and git itself agrees on its id."""
        first = self.saved()
        (self.home / "data.txt").write_text("1")
        second = self.saved("Before the proof", "named")
        self.assertIsNone(self.save())
        self.assertEqual((first.parent, first.files_changed, first.kind), (None, 1, "save"))
        self.assertEqual((second.parent, second.files_changed, second.name), (first.id, 1, "Before the proof"))
        self.assertEqual((second.author, second.author_name, second.ref), (self.user, "Ada <L>", "main"))
        self.assertEqual(list(self.done(self.history.versions(None, 10))), [second, first])

    def test_the_same_tree_may_get_a_name(self) -> None:
        """Naming what was saved already makes a version of that name, once."""
        first = self.saved()
        named = self.saved("Final", "named")
        self.assertEqual((named.tree, named.parent), (first.tree, first.id))
        self.assertIsNone(self.save("Final", "named"))

    def test_only_what_is_new_travels(self) -> None:
        """The second snapshot leaves out what the store has."""
        self.documents.texts_by_path["large.sage.md"] = "".join(f"{hash(n)} {n * n}\n" for n in range(20_000))
        first = self.saved()
        (self.home / "small").write_text("x")
        self.saved()
        (have, size), (_, whole) = self.worker.snapshots[1], self.worker.snapshots[0]
        self.assertEqual(have, first.tree)
        self.assertLess(size * 20, whole)

    def test_a_thin_snapshot_that_does_not_fit_is_taken_again(self) -> None:
        """When the store lost what the worker takes as known, the whole tree is asked for."""
        first = self.saved()
        stored, bundle = self.store.stored[self.workspace][0]
        self.store.stored[self.workspace][0] = (stored, bundle[:40] + b"lost")
        (self.home / "x").write_text("x")
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "internal")
        self.assertEqual([have for have, _ in self.worker.snapshots], [None, first.tree, None])

    def test_autosave_after_quiet_seconds(self) -> None:
        """Ten seconds after the last change there is an autosave beside main, and everybody is told."""
        main = self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        for _ in range(3):
            self.history.changed(self.user)
            self.clock.advance(9)
        self.assertEqual(self.told, [])
        self.clock.advance(1)
        (made,) = self.told
        self.assertEqual((made.kind, made.ref, made.parent), ("autosave", "autosave", main.id))
        self.history.changed(self.user)
        self.clock.advance(10)
        self.assertEqual(len(self.told), 1)
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_autosave_however_busy(self) -> None:
        """Somebody who never pauses is saved every five minutes."""
        for second in range(61):
            self.documents.texts_by_path["a.sage.md"] = f"# {second}\n"
            self.history.changed(self.user)
            self.clock.advance(5)
        self.assertEqual(len(self.told), 1)

    def test_autosaves_do_not_depend_on_each_other(self) -> None:
        """Each holds all that is new since main, so that an old one can go."""
        kept = self.saved()
        autosaves = []
        for text in ("1", "2", "3"):
            self.documents.texts_by_path["a.sage.md"] = text
            autosaves.append(self.saved(kind="autosave"))
        self.store.stored[self.workspace] = [
            (commit, bundle) for commit, bundle in self.store.stored[self.workspace] if commit.id != autosaves[1].id
        ]
        _, files, _ = self.done(self.history.difference(autosaves[2].id, kept.id))
        self.assertEqual(
            [(file.path, file.diff) for file in files],
            [("a.sage.md", "@@ -1 +1 @@\n-# A\n+3\n\\ No newline at end of file\n")],
        )

    def test_a_failed_autosave_is_tried_again(self) -> None:
        """Without a worker the change waits, a little longer each time, and is saved at last."""
        self.saved()
        (self.home / "x").write_text("x")
        self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        self.lose_worker()
        self.history.changed(self.user)
        self.clock.advance(10)
        self.assertEqual(self.told, [])
        self.find_worker()
        self.clock.advance(29)
        self.assertEqual(self.told, [])
        self.clock.advance(1)
        self.assertEqual(len(self.told), 1)

    def test_documents_are_saved_without_any_worker(self) -> None:
        """Where there never were other files, no worker is needed; else nothing is saved rather than half."""
        self.lose_worker()
        self.saved()
        self.documents.texts_by_path["b.sage.md"] = "# B\n"
        self.assertEqual(self.saved().files_changed, 1)
        self.find_worker()
        self.done(self.files.acquire_host())
        (self.home / "x").write_text("x")
        self.saved()
        self.lose_worker()
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "no-worker")

    def test_one_save_at_a_time(self) -> None:
        """A second save waits for the first and finds nothing new."""
        self.documents.held = held = Deferred[None]()
        first = Deferred.fromCoroutine(self.history.save(self.user, "", "save"))
        second = Deferred.fromCoroutine(self.history.save(self.user, "", "save"))
        self.assertNoResult(second)
        self.documents.held = None
        held.callback(None)
        self.assertIsNotNone(self.successResultOf(first))
        self.assertIsNone(self.successResultOf(second))

    def test_a_lost_race_is_decided_again(self) -> None:
        """When another backend moved main first, the commit is made anew on top of it."""
        base = self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# theirs\n"
        theirs = self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# ours\n"
        late = MemoryHistory(stored=self.store.stored, refs=self.store.refs)
        answers = iter([base])

        async def head(workspace: WorkspaceId, ref: str) -> Commit | None:
            return next(answers, theirs) if ref == "main" else None

        late.head = head  # type: ignore[method-assign]
        histories = Histories(
            self.clock,
            late,
            self.accounts,
            HistoryJobs(self.clock, self.launcher),
            self.quota,
            self.outputs,
            self.checks,
        )
        other = Live(histories, self.workspace, self.worker, self.documents.texts_by_path).history
        made = self.done(other.save(None, "", "save"))
        self.assertEqual(
            (made.parent if made else None, [job for job, *_ in self.launcher.jobs].count("commit")), (theirs.id, 4)
        )
        self.assertEqual(made.author_name if made else None, "")

    def test_a_race_that_is_always_lost_is_a_conflict(self) -> None:
        """After a few attempts the person is told."""

        async def add(*_: object) -> bool:
            return False

        self.store.add = add  # type: ignore[method-assign, assignment]
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "conflict")

    def test_a_closed_workspace_comes_back(self) -> None:
        """Closing commits the end and cleans the worker; opening again lays the files out, documents excepted."""
        self.done(self.files.acquire_host())
        (self.home / "data").mkdir()
        (self.home / "data" / "x").write_text("1")
        self.history.changed(self.user)
        self.done(self.history.close())
        (made,) = self.told
        self.assertEqual((made.kind, made.author, self.home.exists()), ("session", self.user, False))
        self.assertEqual(self.clock.getDelayedCalls(), [])
        texts = self.documents.texts_by_path
        self.open()
        self.documents.texts_by_path = texts
        self.done(self.files.acquire_host())
        self.assertEqual((self.home / "data" / "x").read_text(), "1")
        self.assertFalse((self.home / "a.sage.md").exists())
        self.done(self.history.close())
        self.assertEqual(self.told, [])

    def test_closing_keeps_what_only_an_autosave_has(self) -> None:
        """A workspace whose backend died gets its end committed when it is closed next."""
        self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        autosave = self.saved(kind="autosave")
        texts = self.documents.texts_by_path
        self.open()
        self.documents.texts_by_path = texts
        self.done(self.history.close())
        self.assertEqual([commit.tree for commit in self.told], [autosave.tree])

    def test_a_home_that_can_not_be_saved_stays(self) -> None:
        """When the end can't be committed the files stay on the worker."""
        self.done(self.files.acquire_host())
        (self.home / "x").write_text("1")
        self.lose_worker()

        async def texts() -> dict[str, str]:
            raise SagewsError("database")

        self.documents.texts = texts  # type: ignore[method-assign]
        self.assertEqual(self.refused(self.history.close()), "database")
        self.assertTrue((self.home / "x").exists())
        self.assertEqual(self.clock.getDelayedCalls(), [])

    def test_a_worker_that_is_gone_does_not_keep_the_end_from_being_saved(self) -> None:
        """A worker that was given up is forgotten: the end is committed and closing raises nothing."""
        self.done(self.files.acquire_host())
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        self.history.changed(self.user)
        self.lose_worker()
        self.done(self.history.close())
        self.assertEqual([commit.kind for commit in self.told], ["session"])

    def test_a_home_that_stays_is_no_failure(self) -> None:
        """When the worker is lost while its home is cleaned, the end is committed and told all the same."""
        self.done(self.files.acquire_host())

        async def forget(workspace: WorkspaceId, epoch: int) -> None:
            raise SagewsError("worker-lost")

        self.worker.forget = forget  # type: ignore[method-assign]
        self.done(self.history.close())
        self.assertEqual([commit.kind for commit in self.told], ["session"])

    def test_a_worker_that_goes_while_files_are_laid_out(self) -> None:
        """Its files don't count as laid out: one that comes back under its name gets them anew."""
        held = Deferred[None]()
        calls = []

        async def lay_out(host: ISessionHost) -> None:
            calls.append(host)
            await held

        files = WorkspaceFiles(self.workspace, UserId("owner"), 1, self.hosts, lay_out)
        acquired = Deferred.fromCoroutine(files.acquire_host())
        self.hosts.remove(cast(ISessionHost, self.worker))
        files.host_removed(cast(ISessionHost, self.worker))
        held.callback(None)
        self.assertEqual(self.failureResultOf(acquired, SagewsError).value.code, "worker-lost")
        self.find_worker()
        self.done(files.acquire_host())
        self.assertEqual((len(calls), files.was_used), (2, True))

    def test_revert(self) -> None:
        """Files and documents are those of the version again, by a new commit; what was there is an autosave."""
        self.done(self.files.acquire_host())
        (self.home / "x").write_text("1")
        first = self.saved("One", "named")
        (self.home / "x").write_text("2")
        (self.home / "y").write_text("2")
        self.documents.texts_by_path = {"b.sage.md": "# B\n"}
        second = self.saved()
        (self.home / "z").write_text("unsaved")
        self.clock.advance(1)
        made = self.done(self.history.revert(self.user, first.id))
        self.assertEqual(self.documents.texts_by_path, {"a.sage.md": "# A\n"})
        self.assertEqual(sorted(path.name for path in self.home.iterdir() if path.name != ".sagews"), ["x"])
        self.assertEqual((self.home / "x").read_text(), "1")
        self.assertEqual((made.kind, made.tree, made.parent, made.name), ("revert", first.tree, second.id, "One"))
        kinds = [commit.kind for commit in self.done(self.history.versions(None, 10))]
        self.assertEqual(kinds, ["revert", "autosave", "save", "named"])
        again = self.done(self.history.revert(self.user, made.id))
        self.assertEqual(again.parent, made.id)

    def test_foreign_versions(self) -> None:
        """A version of another workspace is not found."""
        first = self.saved()
        other = Live(self.histories, WorkspaceId(new_id()), self.worker, {}).history
        self.assertEqual(self.refused(other.difference(first.id, None)), "not-found")
        self.assertEqual(self.refused(other.revert(UserId(self.user), first.id)), "not-found")
        self.assertEqual(self.refused(self.history.difference(first.id, "0" * 40)), "not-found")

    def test_a_difference_against_any_version(self) -> None:
        """By default against the parent; the first version against nothing; else as asked."""
        first = self.saved()
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        second = self.saved()
        against, files, cut = self.done(self.history.difference(second.id, None))
        self.assertEqual(
            (against, cut, [file.diff for file in files]), (first.id, False, ["@@ -1 +1 @@\n-# A\n+# B\n"])
        )
        against, files, _ = self.done(self.history.difference(first.id, second.id))
        self.assertEqual((against, files[0].diff), (second.id, "@@ -1 +1 @@\n-# B\n+# A\n"))
        against, files, _ = self.done(self.history.difference(first.id, None))
        self.assertEqual((against, files[0].status), (None, "added"))

    def test_a_jail_that_lies_is_not_believed(self) -> None:
        """A commit job that names another commit than ours stores nothing."""
        run = self.launcher.run_job

        async def lying(job: str, workspace: WorkspaceId | None, **words: Any) -> bytes:
            answer = await run(job, workspace, **words)
            return CommitAnswer("1" * 40, 0, b"").to_bytes() if job == "commit" else answer

        self.launcher.run_job = lying  # type: ignore[method-assign]
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "internal")
        self.assertEqual(self.store.stored, {})

    def test_long_histories_are_folded(self) -> None:
        """After many versions one bundle holds everything, so that opening stays quick."""
        self.patch(history_save, "CHAIN", 3)
        for number in range(4):
            self.documents.texts_by_path["a.sage.md"] = f"# {number}\n"
            self.saved()
        needs = [prerequisites(bundle, "?") for _, bundle in self.store.stored[self.workspace]]
        self.assertEqual([number for number, needed in enumerate(needs) if not needed], [0, 3])
