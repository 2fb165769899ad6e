"""What every IHistories and IWorkspaceHistory does: the real ones, with git in their jobs, and the fake of other tests.

Mix it into a SynchronousTestCase that has `make_history` and `done`.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any

from twisted.internet.defer import Deferred
from zope.interface.verify import verifyObject

from sagews.backend.history.interfaces import IHistories, IWorkspaceHistory
from sagews.errors import SagewsError
from sagews.model.history import Commit
from sagews.model.identifiers import UserId, new_id

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase

    Base = SynchronousTestCase
else:
    Base = object

NOBODYS = "f" * 40


class HistoriesContract(Base, metaclass=ABCMeta):
    """The tests; the workspace has one document, a.sage.md, which `put` writes."""

    user: UserId
    histories: Any
    history: Any

    @abstractmethod
    def make_history(self) -> None:
        """Set `user`, `histories` and `history`."""

    @abstractmethod
    def put(self, text: str) -> None:
        """Write a.sage.md."""

    @abstractmethod
    def text(self) -> str:
        """Return what a.sage.md says."""

    @abstractmethod
    def done(self, work: Any) -> Any:
        """Return the result of a coroutine that has to wait for nothing."""

    def save(self, text: str, name: str = "", kind: str = "save") -> Commit:
        """Write a text and save it."""
        self.put(text)
        made: Commit | None = self.done(self.history.save(self.user, name, kind))
        if made is None:
            raise self.failureException("nothing was saved")
        return made

    def test_provides_the_interfaces(self) -> None:
        """They have every method with its signature."""
        self.make_history()
        verifyObject(IHistories, self.histories)
        verifyObject(IWorkspaceHistory, self.history)

    def test_a_save_is_a_commit(self) -> None:
        """It says its kind, its name and what came before; nothing new is no commit, unless it gets a name."""
        self.make_history()
        first = self.save("# One\n")
        self.assertIsNone(self.done(self.history.save(self.user, "", "save")))
        second = self.save("# One\n", "Before the proof", "named")
        self.assertEqual((first.kind, first.name, first.parent), ("save", "", None))
        self.assertEqual((second.kind, second.name, second.parent), ("named", "Before the proof", first.id))

    def test_versions_come_newest_first(self) -> None:
        """As many as were asked for, and older than one if that is named."""
        self.make_history()
        made = [self.save(f"# {number}\n") for number in range(3)]
        listed = [commit.id for commit in self.done(self.history.versions(None, 10))]
        self.assertEqual(listed, [commit.id for commit in reversed(made)])
        self.assertEqual([commit.id for commit in self.done(self.history.versions(None, 1))], [made[2].id])
        self.assertEqual([commit.id for commit in self.done(self.history.versions(made[1].id, 10))], [made[0].id])

    def test_a_difference_names_what_changed(self) -> None:
        """Against the version before by default, against another, or against nothing: what the version holds."""
        self.make_history()
        first, second, third = self.save("# 1\n"), self.save("# 2\n"), self.save("# 3\n")
        against, files, cut = self.done(self.history.difference(third.id, None))
        self.assertEqual(
            (against, [(file.path, file.status) for file in files]), (second.id, [("a.sage.md", "changed")])
        )
        self.assertFalse(cut)
        self.assertEqual(self.done(self.history.difference(third.id, first.id))[0], first.id)
        for asked in (self.history.difference(first.id, None), self.history.difference(third.id, None, whole=True)):
            against, files, _ = self.done(asked)
            self.assertEqual((against, [file.status for file in files]), (None, ["added"]))

    def test_an_autosave_is_compared_with_the_version_before_it(self) -> None:
        """Not with the last one that somebody kept, or with nothing: each shows what was done since the one before."""
        self.make_history()
        for kept in (None, "# kept\n"):
            if kept is not None:
                self.save(kept)
            first, second = (self.save(f"# {kept} {number}\n", kind="autosave") for number in range(2))
            against, files, _ = self.done(self.history.difference(second.id, None))
            self.assertEqual((against, [file.status for file in files]), (first.id, ["changed"]))

    def test_what_holds_everything_is_known(self) -> None:
        """A save that finds nothing new can say which version has it; an autosave is not meant."""
        self.make_history()
        self.assertIsNone(self.done(self.history.kept()))
        made = self.save("# 1\n")
        self.save("# 2\n", kind="autosave")
        self.put("# 1\n")
        self.assertEqual(self.done(self.history.kept()), made)

    def test_a_revert_brings_documents_back(self) -> None:
        """It is a new version behind the newest; none is lost."""
        self.make_history()
        first, second = self.save("# 1\n", "First", "named"), self.save("# 2\n")
        made = self.done(self.history.revert(self.user, first.id))
        self.assertEqual((made.kind, made.name, made.parent, self.text()), ("revert", "First", second.id, "# 1\n"))
        self.assertEqual(len(self.done(self.history.versions(None, 10))), 3)

    def test_a_name_is_taken(self) -> None:
        """By whoever named it, or by anybody who may; the version stays, and once more does no harm."""
        self.make_history()
        made = self.save("# 1\n", "First", "named")
        another = Deferred.fromCoroutine(self.history.unname(made.id, UserId(new_id())))
        self.assertEqual(self.failureResultOf(another, SagewsError).value.code, "forbidden")
        self.assertEqual(self.done(self.history.versions(None, 10)), [made])
        for user in (self.user, self.user, None):
            self.assertEqual(self.done(self.history.unname(made.id, user)), 0)
            [found] = self.done(self.history.versions(None, 10))
            self.assertEqual((found.id, found.kind, found.name), (made.id, "save", ""))

    def test_a_version_of_nobody_is_not_found(self) -> None:
        """Whatever is asked of it, nothing changes."""
        self.make_history()
        self.save("# 1\n")
        for work in (
            self.history.difference(NOBODYS, None),
            self.history.revert(self.user, NOBODYS),
            self.history.unname(NOBODYS, None),
        ):
            error = self.failureResultOf(Deferred.fromCoroutine(work), SagewsError)
            self.assertEqual(error.value.code, "not-found")
        self.assertEqual(self.text(), "# 1\n")
