"""The texts of cells that wait take bounded memory."""

from __future__ import annotations

import sys

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.backend.runs.waiting_texts import MOST_BYTES, WaitingTexts
from sagews.errors import SagewsError
from sagews.model.identifiers import UserId, new_id
from tests.backend.harness import BackendTestCase


class TextTests(SynchronousTestCase):
    """One account's texts, and another one's."""

    def test_kept_once(self) -> None:
        """However many runs have the same text, it is kept once, until none of them waits."""
        texts, ada = WaitingTexts(), UserId(new_id())
        copies = ["".join(["x" * 1000, "y"]) for _ in range(3)]
        kept = [texts.take(ada, "hash", source) for source in copies]
        self.assertTrue(all(source is kept[0] for source in kept))
        for _ in copies:
            texts.give_back(ada, "hash")
        self.assertEqual(texts.__dict__, WaitingTexts().__dict__)

    def test_bounded(self) -> None:
        """There is room for so much and no more; what is there already, and other accounts, need none of it."""
        texts, ada, bob = WaitingTexts(), UserId(new_id()), UserId(new_id())
        large = "x" * (MOST_BYTES // 2)
        texts.check(ada, [("one", large)])
        texts.take(ada, "one", large)
        with self.assertRaises(SagewsError) as caught:
            texts.check(ada, [("two", large)])
        self.assertEqual(caught.exception.code, "limit")
        texts.check(ada, [("one", large)])
        texts.check(bob, [("two", large)])
        texts.give_back(ada, "one")
        texts.check(ada, [("two", large)])

    @given(st.lists(st.tuples(st.sampled_from("ab"), st.sampled_from(["1", "22", "ä", "😀"]))))
    def test_nothing_is_left(self, runs: list[tuple[str, str]]) -> None:
        """Whoever takes and gives back leaves nothing, and in between each account has its distinct texts."""
        texts = WaitingTexts()
        for user, source in runs:
            texts.take(UserId(user), source, source)
        for user in {user for user, _ in runs}:
            distinct = {source for each, source in runs if each == user}
            self.assertEqual(texts._bytes[UserId(user)], sum(map(sys.getsizeof, distinct)))
        for user, source in runs:
            texts.give_back(UserId(user), source)
        self.assertEqual(texts.__dict__, WaitingTexts().__dict__)


class RunTests(BackendTestCase):
    """Cells of a worksheet."""

    def test_runs_of_one_cell_share_its_text(self) -> None:
        """A cell that is asked for again and again while another one runs is kept once, and refused when too large."""
        source = "x" * 100_000
        page = self.page()
        page.open(self.document)
        page.edit(self.document, source)
        texts = next(iter(self.backend.workspaces.all)).document_set.loaded[0].session.registry._owners.texts
        for _ in range(50):
            page.run(self.document, source)
        self.assertLess(sum(texts._bytes.values()), 2 * len(source))
        self.patch(sys.modules["sagews.backend.runs.waiting_texts"], "MOST_BYTES", 150_000)
        page.edit(self.document, source + "y")
        page.run(self.document, source + "y")
        self.assertEqual(page.last("error")["code"], "limit")
