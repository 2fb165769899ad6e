"""Named versions keep outputs, and a revert to one brings them back."""

from __future__ import annotations

from collections.abc import Sequence

from twisted.internet.defer import Deferred

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.errors import SagewsError
from sagews.model.accounts import Privilege
from sagews.model.history import SaveReport, VersionOutput
from sagews.model.identifiers import CellId, UserId, WorkspaceId
from tests.fakes.documents import MemoryVersionOutputs
from tests.history.case import HistoryCase

SHEET = "# A\n\n```sage #aaaa\n\nfirst(1)\nrest()\n```\n\n```sage #bbbb\nsecond(2)\n```\n"


def output(ordinal: int, text: str, cell: str = "aaaa") -> VersionOutput:
    """Return what a cell shows."""
    pieces = [("stream", {"name": "stdout", "text": text})]
    return VersionOutput(ordinal, "a.sage.md", CellId(cell), 1, "done", "0" * 64, None, None, 0.1, pieces)


def told(outputs: Sequence[VersionOutput]) -> list[tuple[int, str, object]]:
    """Return what people see of each."""
    return [(each.ordinal, each.code, each.pieces[0][1]["text"]) for each in outputs]


class KeptTests(HistoryCase):
    """One worksheet whose cells show something."""

    def test_a_named_version_keeps_them(self) -> None:
        """What was shown when it was named is read later, part by part; other versions keep nothing."""
        self.documents.texts_by_path["a.sage.md"] = SHEET
        self.outputs.now = [output(1, "one", "bbbb"), output(2, "two")]
        plain = self.saved()
        named = self.saved("Before the talk", "named")
        self.assertEqual(self.documents.settled, 1)
        self.outputs.now = [output(1, "later")]
        first, more = self.done(self.history.outputs(named.id, 0))
        second, no_more = self.done(self.history.outputs(named.id, 1))
        self.assertEqual(told([*first, *second]), [(1, "second(2)", "one"), (2, "first(1)", "two")])
        self.assertEqual((more, no_more), (True, False))
        self.assertEqual(self.done(self.history.outputs(plain.id, 0)), ([], False))
        self.assertEqual(self.refused(self.history.outputs("f" * 40, 0)), "not-found")

    def test_worksheets_are_read_elsewhere(self) -> None:
        """The version's worksheets are read once, in the checking processes and in the owner's turn there."""
        self.documents.texts_by_path["a.sage.md"] = SHEET
        self.outputs.now = [output(1, "one", "bbbb"), output(2, "two")]
        named = self.saved("Before the talk", "named")
        held = self.checks.held = Deferred[None]()
        reading = Deferred.fromCoroutine(self.history.outputs(named.id, 0))
        self.assertNoResult(reading)
        held.callback(None)
        self.assertEqual(len(self.successResultOf(reading)[0]), 1)
        self.done(self.history.outputs(named.id, 1))
        self.assertEqual(self.checks.asked, [("outline", UserId("owner"))])

    def test_by_the_cells_of_the_version(self) -> None:
        """Whatever became of the sheet, outputs are told by their code then; what had no cell then is left out."""
        self.documents.texts_by_path["a.sage.md"] = SHEET
        self.outputs.now = [output(1, "of none", "zzzz"), output(2, "one", "bbbb"), output(3, "two")]
        named = self.saved("Before the talk", "named")
        self.documents.texts_by_path["a.sage.md"] = "# A\n\n```sage #bbbb\nother()\n```\n"
        found, more = self.done(self.history.outputs(named.id, 0))
        while more:
            part, more = self.done(self.history.outputs(named.id, found[-1].ordinal))
            found = [*found, *part]
        self.assertEqual(sorted(told(found)), [(2, "second(2)", "one"), (3, "first(1)", "two")])
        self.assertEqual([each.ordinal for each in sorted(found, key=lambda each: each.place)], [3, 2])

    def test_a_revert_brings_them_back(self) -> None:
        """All of them, behind the documents' texts; a version without any changes no output."""
        plain = self.saved()
        self.outputs.now = [output(1, "one"), output(2, "two")]
        named = self.saved("Before the talk", "named")
        self.documents.texts_by_path["a.sage.md"] = "# changed\n"
        self.done(self.history.revert(self.user, named.id))
        self.assertEqual(self.documents.put, [output(1, "one"), output(2, "two")])
        self.clock.advance(1)
        self.done(self.history.revert(self.user, plain.id))
        self.assertEqual(len(self.documents.put), 2)


class FailingOutputs(MemoryVersionOutputs):
    """Outputs that can't be kept."""

    failure: Exception = SagewsError("database")

    async def keep(self, workspace: WorkspaceId, commit: str) -> int:
        """Fail."""
        raise self.failure


class FailingTests(HistoryCase):
    """A store that fails after the version was stored."""

    def test_the_version_is_made(self) -> None:
        """Whoever names a version gets it, and reads that it has no outputs and why; whatever else failed is logged."""
        outputs = FailingOutputs(now=[output(1, "one")])
        self.outputs = outputs
        self.open()
        self.documents.texts_by_path["a.sage.md"] = "# A\n"
        named = self.saved("Before the talk", "named")
        self.assertEqual(self.done(self.history.versions(None, 9)), [named])
        self.assertIn("could not be kept: The database", self.live.reports[-1].outputs)
        outputs.failure = ValueError("a fault of ours")
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        self.assertEqual(self.saved("After the talk", "named").name, "After the talk")
        self.assertIn("could not be kept: Something failed on our side", self.live.reports[-1].outputs)
        self.assertEqual(len(self.flushLoggedErrors(ValueError)), 1)


class ManyNamesTests(HistoryCase):
    """People who may name two versions in a workspace of somebody else."""

    quotas = {
        Privilege.USER: QuotaSection(named_versions=2),
        Privilege.ADMINISTRATOR: AdministratorQuotaSection(),
    }

    def name(self, user: UserId, name: str) -> str:
        """Name a version of what is there; returns its id."""
        self.clock.advance(1)
        made = self.done(self.history.save(user, name, "named"))
        self.assertEqual(made and made.name, name)
        return made.id if made else ""

    def test_an_editor_names_so_many(self) -> None:
        """One more is refused, with what to do, and nothing is made; a name that is taken back makes room."""
        self.outputs.now = [output(1, "one")]
        editor = self.done(self.accounts.create_user("mallory@example.org", "Mallory", "user", None)).id
        first, _ = self.name(editor, "one"), self.name(editor, "two")
        refused = self.failureResultOf(Deferred.fromCoroutine(self.history.save(editor, "three", "named")), SagewsError)
        self.assertEqual(refused.value.code, "limit")
        self.assertIn("2 named versions in a workspace of somebody else. Take the name", str(refused.value))
        self.assertEqual(len(self.done(self.history.versions(None, 9))), 2)
        self.assertEqual(self.live.reports[-1].problem if self.live.reports else "", "")
        self.documents.texts_by_path["a.sage.md"] = "# B\n"
        self.clock.advance(1)
        self.assertEqual(self.done(self.history.save(editor, "", "save")).kind, "save")  # type: ignore[union-attr]
        self.assertGreater(self.done(self.history.unname(first, editor)), 0)
        self.assertEqual(self.done(self.history.outputs(first, 0)), ([], False))
        self.name(editor, "three")

    def test_the_owner_names_more(self) -> None:
        """Whoever owns the workspace is bounded by what history may take."""
        for number in range(4):
            self.name(self.user, f"version {number}")


class NoRoomTests(HistoryCase):
    """A person with little room for history."""

    quotas = {
        Privilege.USER: QuotaSection(history=1),
        Privilege.ADMINISTRATOR: AdministratorQuotaSection(),
    }

    def test_a_version_without_them(self) -> None:
        """Where outputs do not fit the version is made without them."""
        self.outputs.now = [output(1, "x" * 1024 * 1024)]
        named = self.saved("Before the talk", "named")
        self.assertEqual(self.done(self.history.outputs(named.id, 0)), ([], False))
        report = self.live.reports[-1]
        self.assertEqual(report.problem, "")
        self.assertIn("without the outputs of its cells, because a limit was reached", report.outputs)
        self.assertIsNone(self.save())
        self.assertEqual(self.live.reports[-1], SaveReport())
