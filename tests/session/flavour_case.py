"""The base of tests that run cells in real sessions of a flavour."""

from __future__ import annotations

from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from .support import Session, Zygote, values


class FlavourCase(SynchronousTestCase):
    """A session of its own for each test, from one zygote."""

    flavour: ClassVar[str]
    zygote: ClassVar[Zygote]

    @classmethod
    def setUpClass(cls) -> None:
        """Load the flavour once."""
        cls.zygote = Zygote(cls.flavour)

    @classmethod
    def tearDownClass(cls) -> None:
        """End the zygote."""
        cls.zygote.close()

    def setUp(self) -> None:
        """Fork a session."""
        self.session: Session = self.zygote.session()
        self.addCleanup(self.session.close)

    def alive(self) -> None:
        """Check that the session still computes."""
        self.assertEqual(values(self.session.run("20 + 22")), ["42"])


class PythonCase(FlavourCase):
    """Sessions of plain Python."""

    flavour = "python"
