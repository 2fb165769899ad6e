"""When a workspace saves itself, where a tree goes, and the commit object."""

from __future__ import annotations

import subprocess
from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.errors import SagewsError
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, new_id
from sagews.policy.history.autosave import MOST_SECONDS, Autosave
from sagews.policy.history.steps import CommitStep, Heads, Origin, commit_id, commit_object, next_step

TIME = datetime(2026, 11, 22, 12, tzinfo=UTC)
OLD, NEW = "1" * 40, "2" * 40


def commit(key: str, tree: str, ref: str = "main", kind: str = "save", name: str = "") -> Commit:
    """A commit in the store."""
    return Commit(key, None, tree, ref, kind, name, None, "", TIME, 1)


def origin(kind: str, name: str = "") -> Origin:
    """What somebody asks for."""
    return Origin(kind, name, None, "")


class AutosaveTests(SynchronousTestCase):
    """The times of autosaves."""

    def test_quiet_and_most(self) -> None:
        """Due after the quiet seconds, but no later than the most seconds after the first change."""
        times = Autosave()
        self.assertIsNone(times.due)
        times.changed(100)
        self.assertEqual(times.due, 110)
        times.changed(108)
        self.assertEqual(times.due, 118)
        times.changed(395)
        self.assertEqual(times.due, 400)
        times.started()
        self.assertIsNone(times.due)

    def test_failures_wait_longer(self) -> None:
        """Each failure in a row doubles the wait, up to the most; success forgets them."""
        times = Autosave()
        waits = []
        for _ in range(6):
            times.changed(0)
            times.started()
            times.failed(1000)
            waits.append((times.due or 0) - 1000)
        self.assertEqual(waits, [30, 60, 120, 240, 300, 300])
        times.saved()
        self.assertEqual(times.due, 1010)

    @given(st.lists(st.floats(0, 1000), min_size=1))
    def test_a_change_never_waits_longer_than_the_most(self, steps: list[float]) -> None:
        """However the changes come."""
        times, now = Autosave(), 0.0
        for step in steps:
            now += step
            times.changed(now)
        self.assertLessEqual(times.due or 0, steps[0] + MOST_SECONDS)


class StepTests(SynchronousTestCase):
    """Where a tree goes."""

    def test_the_first_version(self) -> None:
        """There is no parent yet."""
        nothing = Heads(None, None, None)
        self.assertEqual(next_step(origin("save"), OLD, nothing), CommitStep("main", None, None))
        self.assertEqual(next_step(origin("autosave"), OLD, nothing), CommitStep("autosave", None, None))

    def test_nothing_new(self) -> None:
        """The same tree is not kept twice, but may get a name, be gone back to, or be taken over from an autosave."""
        main, autosave = commit("a" * 40, OLD), commit("b" * 40, NEW, "autosave", "autosave")
        heads = Heads(main, autosave, autosave)
        self.assertIsNone(next_step(origin("save"), OLD, heads))
        self.assertIsNone(next_step(origin("session"), OLD, heads))
        self.assertIsNone(next_step(origin("autosave"), NEW, heads))
        step = CommitStep("main", main.id, main.id)
        for asked, tree in ((origin("named", "x"), OLD), (origin("revert"), OLD), (origin("session"), NEW)):
            self.assertEqual(next_step(asked, tree, heads), step)
        self.assertEqual(next_step(origin("autosave"), OLD, heads), CommitStep("autosave", autosave.id, main.id))
        named = commit("c" * 40, OLD, kind="named", name="x")
        self.assertIsNone(next_step(origin("named", "x"), OLD, Heads(named, None, named)))

    def test_unknown_kinds(self) -> None:
        """Only our kinds become versions."""
        self.assertRaises(SagewsError, next_step, origin("evil\nparent x"), OLD, Heads(None, None, None))


class CommitTests(SynchronousTestCase):
    """The commit object is ours."""

    @given(st.text(), st.text())
    def test_no_name_can_add_a_line_to_the_head(self, person: str, name: str) -> None:
        """Whatever people are called and call their versions, the head has its lines and no others."""
        user = UserId(new_id())
        text = commit_object(OLD, NEW, Origin("named", name, user, person), TIME)
        head, _, message = text.decode().partition("\n\n")
        self.assertEqual([line.split(" ")[0] for line in head.split("\n")], ["tree", "parent", "author", "committer"])
        self.assertIn(f" <{user}@sagews> {int(TIME.timestamp())} +0000", head)
        self.assertTrue(message.endswith("\n\nKind: named\n"))

    def test_git_takes_it(self) -> None:
        """Git's own check and git's own id agree with ours."""
        text = commit_object(OLD, None, Origin("named", "Über α", None, '"Ada" <L>\n'), TIME)
        asked = ["git", "hash-object", "-t", "commit", "--stdin"]
        done = subprocess.run(asked, input=text, capture_output=True, check=True)
        self.assertEqual(done.stdout.decode().strip(), commit_id(text))
