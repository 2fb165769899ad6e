"""Named versions keep outputs, and a revert to one brings them back."""

from __future__ import annotations

from sagews.config.quotas import AdministratorQuotaSection, QuotaSection
from sagews.model.accounts import Privilege
from sagews.model.history import VersionOutput
from sagews.model.identifiers import CellId
from tests.history.case import HistoryCase


def output(ordinal: int, text: str) -> VersionOutput:
    """Return what a cell shows."""
    pieces = [("stream", {"name": "stdout", "text": text})]
    return VersionOutput(ordinal, "a.sage.md", CellId("aaaa"), 1, "done", "0" * 64, None, None, 0.1, pieces)


class KeptTests(HistoryCase):
    """One worksheet whose cells show something."""

    def test_a_named_version_keeps_them(self) -> None:
        """What was shown when it was named is read later, part by part; other versions keep nothing."""
        self.outputs.now = [output(1, "one"), output(2, "two")]
        plain = self.saved()
        named = self.saved("Before the talk", "named")
        self.assertEqual(self.documents.settled, 1)
        self.outputs.now = [output(1, "later")]
        first, more = self.done(self.history.outputs(named.id, 0))
        second, no_more = self.done(self.history.outputs(named.id, 1))
        self.assertEqual([*first, *second], [output(1, "one"), output(2, "two")])
        self.assertEqual((more, no_more), (True, False))
        self.assertEqual(self.done(self.history.outputs(plain.id, 0)), ([], False))
        self.assertEqual(self.refused(self.history.outputs("f" * 40, 0)), "not-found")

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
