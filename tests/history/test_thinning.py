"""Autosaves go as they age, and a quota bounds what is left; nothing that a kept version needs ever goes."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from twisted.internet.defer import Deferred

from sagews.backend.history.upkeep import AUTOSAVES_AT_ONCE, HistoryUpkeep
from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.history import Commit, VersionOutput
from sagews.model.identifiers import CellId, DocumentId, WorkspaceId, new_id
from tests.fakes.documents import MemoryRuns
from tests.history.case import HistoryCase

HOUR, DAY = 3_600, 86_400


class ThinningTests(HistoryCase):
    """One workspace whose person works for days."""

    def autosave(self, seconds: int) -> Commit:
        """Let some time pass, write something and save it by itself."""
        self.clock.advance(seconds - 1)
        self.documents.texts_by_path["a.sage.md"] = f"# {self.clock.seconds()}\n"
        return self.saved(kind="autosave")

    def kinds(self) -> list[str]:
        """Return what there is, oldest first."""
        return [commit.kind for commit, _ in self.store.stored[self.workspace]]

    def thin(self, turns: int = 1) -> None:
        """Let the upkeep have its turns."""
        upkeep = HistoryUpkeep(self.clock, self.store, MemoryRuns())
        for _ in range(turns):
            self.done(upkeep.turn())

    def test_they_go_with_age_and_the_rest_stays(self) -> None:
        """After two days one autosave an hour is left, with every save, named version and revert, whole."""
        self.saved()
        for _ in range(2):
            for _ in range(6):
                self.autosave(HOUR // 3)
            self.documents.texts_by_path["a.sage.md"] = f"named at {self.clock.seconds()}\n"
            self.saved("Before the proof", "named")
        first = self.store.stored[self.workspace][0][0]
        self.clock.advance(1)
        self.done(self.history.revert(self.user, first.id))
        before = self.kinds()
        self.clock.advance(2 * DAY)
        self.thin()
        after = self.kinds()
        self.assertEqual(
            [kind for kind in after if kind != "autosave"], [kind for kind in before if kind != "autosave"]
        )
        self.assertEqual(before.count("autosave"), 12)
        hours = {
            commit.time.replace(minute=0, second=0)
            for commit, _ in self.store.stored[self.workspace]
            if commit.kind == "autosave"
        }
        self.assertEqual(after.count("autosave"), len(hours))
        for commit, _ in list(self.store.stored[self.workspace]):
            _, files, _ = self.done(self.history.difference(commit.id, None))
            self.assertEqual([file.path for file in files], ["a.sage.md"] if files else [])
        self.assertEqual(self.done(self.history.revert(self.user, first.id)).kind, "revert")

    def test_a_turn_is_bounded(self) -> None:
        """However many there are, a turn removes no more than its bound, and the next one goes on."""
        self.saved()
        commits = [self.autosave(2) for _ in range(3)]
        [(commit, bundle)] = [each for each in self.store.stored[self.workspace] if each[0].id == commits[0].id]
        many = [Commit(f"{number:040x}", *_rest(commit)) for number in range(3 * AUTOSAVES_AT_ONCE)]
        self.store.stored[self.workspace][1:1] = [(each, bundle) for each in many]
        self.clock.advance(3 * DAY)
        counts = []
        upkeep = HistoryUpkeep(self.clock, self.store, MemoryRuns())
        for _ in range(4):
            self.done(upkeep.turn())
            counts.append(self.kinds().count("autosave"))
            self.clock.advance(HOUR)
        self.assertEqual([counts[0] - count for count in counts], [0, 100, 200, counts[0] - counts[3]])
        self.assertLessEqual(counts[3], 2)

    def test_by_hand(self) -> None:
        """A person removes all autosaves but the newest, and is told what that freed."""
        self.saved()
        autosaves = [self.autosave(2) for _ in range(4)]
        sizes = {commit.id: len(bundle) for commit, bundle in self.store.stored[self.workspace]}
        self.assertTrue(self.done(self.history.may_thin()))
        freed = self.done(self.history.thin())
        self.assertEqual(freed, sum(sizes[commit.id] for commit in autosaves[:3]))
        self.assertEqual(self.kinds(), ["save", "autosave"])
        self.assertFalse(self.done(self.history.may_thin()))

    def test_not_while_a_version_is_made(self) -> None:
        """Autosaves that a save or a revert under way may need go behind it."""
        self.saved()
        for _ in range(3):
            self.autosave(2)
        self.documents.held = held = Deferred[None]()
        saving = Deferred.fromCoroutine(self.history.save(self.user, "", "save"))
        thinning = Deferred.fromCoroutine(self.history.thin())
        self.assertEqual(self.kinds().count("autosave"), 3)
        self.documents.held = None
        held.callback(None)
        self.successResultOf(saving)
        self.assertGreater(self.successResultOf(thinning), 0)
        self.assertEqual(self.kinds().count("autosave"), 1)


def _rest(commit: Commit) -> tuple[object, ...]:
    time = datetime.fromtimestamp(commit.time.timestamp(), UTC)
    return (commit.parent, commit.tree, "autosave", "autosave", "", commit.author, "", time, 1)


class QuotaTests(HistoryCase):
    """A person who may have one MiB of history."""

    quotas = {
        Privilege.USER: QuotaSection(history=1),
        Privilege.ADMINISTRATOR: AdministratorQuotaSection(),
    }

    def fill(self) -> list[str]:
        """Save files that can't be compressed until it is refused; returns the codes of the saves."""
        codes = []
        for number in range(6):
            (self.home / f"f{number}").write_bytes(os.urandom(300 * 1024))
            self.clock.advance(1)
            try:
                self.saved()
            except self.failureException:
                codes.append(self.refused(self.history.save(self.user, "", "save")))
            else:
                codes.append("")
        return codes

    def test_what_is_beyond_is_refused_and_told(self) -> None:
        """Saves up to the quota are kept; then people read what is used and left and how to free some."""
        self.assertEqual(self.fill(), ["", "", "", "history-full", "history-full", "history-full"])
        problem = self.live.reports[-1].problem
        self.assertIn("1 MiB of history of all workspaces, 0.9 MiB used, 0.1 MiB left", problem)
        self.assertIn("Remove older autosaves", problem)
        self.assertLessEqual(sum(len(bundle) for _, bundle in self.store.stored[self.workspace]), 1024 * 1024)

    def test_nothing_is_made_when_nothing_could_be_kept(self) -> None:
        """With no byte left a save begins no job."""
        self.fill()
        [(commit, _), *_] = self.store.stored[self.workspace]
        self.store.stored[self.workspace].append((commit, bytes(1024 * 1024)))
        jobs: list[str] = []
        self.launcher.broken["snapshot"] = lambda home: jobs.append("snapshot")
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "history-full")
        self.assertEqual(jobs, [])

    def test_autosaves_make_room(self) -> None:
        """Where versions alone fit, the oldest autosaves go before anything is refused, and no more than have to."""
        (self.home / "f").write_bytes(os.urandom(80 * 1024))
        made = []
        for _ in range(11):
            (self.home / "g").write_bytes(os.urandom(20 * 1024))
            made.append(self.saved(kind="autosave"))
        left = [commit.id for commit, _ in self.store.stored[self.workspace]]
        self.assertEqual(left, [commit.id for commit in made[1:]])

    def test_none_goes_for_nothing(self) -> None:
        """Where no room can be made, for a version or for the outputs of one, every autosave stays."""
        (self.home / "f").write_bytes(os.urandom(100 * 1024))
        for number in range(5):
            (self.home / "g").write_bytes(bytes([number]))
            self.saved(kind="autosave")
        before = [commit.id for commit, _ in self.store.stored[self.workspace]]
        (self.home / "large").write_bytes(os.urandom(1200 * 1024))
        self.clock.advance(1)
        self.assertEqual(self.refused(self.history.save(self.user, "", "autosave")), "history-full")
        (self.home / "large").unlink()
        pieces = [("stream", {"name": "stdout", "text": "x" * 1200 * 1024})]
        self.outputs.now = [VersionOutput(1, "a.sage.md", CellId("aaaa"), 1, "done", "0" * 64, None, None, 0.1, pieces)]
        named = self.saved("Before the talk", "named")
        left = [commit.id for commit, _ in self.store.stored[self.workspace]]
        self.assertEqual(left, [*before, named.id])

    def test_none_goes_for_what_others_fill(self) -> None:
        """Where another workspace of the owner takes the room, the autosaves of this one stay."""
        (self.home / "f").write_bytes(os.urandom(20 * 1024))
        for number in range(3):
            (self.home / "g").write_bytes(bytes([number]))
            self.saved(kind="autosave")
        before = list(self.store.stored[self.workspace])
        used = sum(len(bundle) for _, bundle in before)
        other = WorkspaceId(new_id())
        self.done(self.workspaces.create_workspace(other, "O", self.user, DocumentId(new_id()), "o.sage.md"))
        self.store.stored[other] = [(before[0][0], bytes(1024 * 1024 - used + 60 * 1024))]
        self.assertEqual(self.refused(self.history.save(self.user, "", "save")), "history-full")
        self.assertEqual(len(self.store.stored[self.workspace]), len(before))

    def test_what_somebody_goes_back_to_stays(self) -> None:
        """The autosave that a revert is about is not the one that makes room for it."""
        (self.home / "f").write_bytes(os.urandom(80 * 1024))
        made = []
        for _ in range(10):
            (self.home / "g").write_bytes(os.urandom(20 * 1024))
            made.append((self.saved(kind="autosave"), (self.home / "g").read_bytes()))
        target, content = made[0]
        (self.home / "g").write_bytes(os.urandom(20 * 1024))
        self.clock.advance(1)
        self.assertEqual(self.done(self.history.revert(self.user, target.id)).kind, "revert")
        self.assertEqual((self.home / "g").read_bytes(), content)
        left = {commit.id for commit, _ in self.store.stored[self.workspace]}
        self.assertIn(target.id, left)
        self.assertNotIn(made[1][0].id, left)
