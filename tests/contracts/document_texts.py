"""What every IDocumentTexts does: the documents of an open workspace, and the fake of the history's tests.

Mix it into a SynchronousTestCase that has `make_texts` and `done`.
"""

from __future__ import annotations

from abc import ABCMeta, abstractmethod
from typing import TYPE_CHECKING, Any

from zope.interface.verify import verifyObject

from sagews.backend.history.interfaces import IDocumentTexts
from sagews.model.identifiers import UserId

if TYPE_CHECKING:
    from twisted.trial.unittest import SynchronousTestCase

    Base = SynchronousTestCase
else:
    Base = object

ONE = "# One\n\n```sage #aaaa\n1 + 1\n```\n"
TWO = "# Two\n"


class DocumentTextsContract(Base, metaclass=ABCMeta):
    """The tests."""

    @abstractmethod
    def make_texts(self) -> tuple[Any, UserId]:
        """Return an IDocumentTexts without documents, and who edits them."""

    @abstractmethod
    def done(self, work: Any) -> Any:
        """Return the result of a coroutine that has to wait for nothing."""

    def test_provides_the_interface(self) -> None:
        """It has every method with its signature."""
        texts, _ = self.make_texts()
        verifyObject(IDocumentTexts, texts)
        self.done(texts.settle())
        self.assertEqual(self.done(texts.texts()), {})

    def test_what_is_put_is_there(self) -> None:
        """New paths get a document each, word for word."""
        texts, user = self.make_texts()
        self.done(texts.put_texts(user, {"one.sage.md": ONE, "deep/two.sage.md": TWO}, []))
        self.assertEqual(self.done(texts.texts()), {"one.sage.md": ONE, "deep/two.sage.md": TWO})

    def test_documents_are_brought_to_texts(self) -> None:
        """A path that is there keeps its document and gets the text; those that are not named stay."""
        texts, user = self.make_texts()
        self.done(texts.put_texts(user, {"one.sage.md": ONE, "two.sage.md": TWO}, []))
        changed = ONE.replace("1 + 1", "2 + 2")
        self.done(texts.put_texts(user, {"one.sage.md": changed}, []))
        self.assertEqual(self.done(texts.texts()), {"one.sage.md": changed, "two.sage.md": TWO})

    def test_removed_paths_lose_their_documents(self) -> None:
        """A path that has none is no error: a version may name what somebody has removed meanwhile."""
        texts, user = self.make_texts()
        self.done(texts.put_texts(user, {"one.sage.md": ONE, "two.sage.md": TWO}, []))
        self.done(texts.put_texts(user, {"one.sage.md": TWO}, ["two.sage.md", "three.sage.md"]))
        self.assertEqual(self.done(texts.texts()), {"one.sage.md": TWO})
