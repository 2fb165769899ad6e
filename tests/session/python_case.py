"""The base of tests that run cells in real sessions of the flavour python."""

from __future__ import annotations

from typing import ClassVar

from twisted.trial.unittest import SynchronousTestCase

from .support import Session, Zygote, values


class PythonCase(SynchronousTestCase):
    """A session of its own for each test, from one zygote."""

    zygote: ClassVar[Zygote]

    @classmethod
    def setUpClass(cls) -> None:
        """Load the flavour once."""
        cls.zygote = Zygote("python")

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
