"""The base of tests that run cells in real sessions of the flavour sage."""

from __future__ import annotations

import subprocess
from typing import ClassVar

import pytest
from twisted.trial.unittest import SynchronousTestCase

from sagews.wire.session.frames import DisplayFrame, FromSession, ResultFrame

from .support import Session, Zygote, interpreter


def has_sage() -> bool:
    """Whether the interpreter that the environment names has Sage."""
    return not subprocess.call([interpreter("sage"), "-c", "import sage.all"], stderr=subprocess.DEVNULL)


NEEDS_SAGE = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not has_sage(), reason="no Sage in this interpreter (make run SAGE=no): SAGEWS_TEST_SAGE names one"
    ),
]


def latex(frames: list[FromSession]) -> list[str]:
    """Return what is typeset."""
    return [str(frame.data.get("text/latex", "")) for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]


class SageCase(SynchronousTestCase):
    """A session of its own for each test, from one warmed zygote."""

    zygote: ClassVar[Zygote]

    @classmethod
    def setUpClass(cls) -> None:
        """Load Sage once."""
        cls.zygote = Zygote("sage")

    @classmethod
    def tearDownClass(cls) -> None:
        """End the zygote."""
        cls.zygote.close()

    def setUp(self) -> None:
        """Fork a session."""
        self.session: Session = self.zygote.session()
        self.addCleanup(self.session.close)

    def sage(self, source: str) -> list[FromSession]:
        """Run a cell in Sage's language."""
        return self.session.run(source, "sage")

    def fresh(self, source: str) -> list[FromSession]:
        """Run a cell in a session that has run nothing."""
        fresh = self.zygote.session()
        self.addCleanup(fresh.close)
        return fresh.run(source, "sage")
