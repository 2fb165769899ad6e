"""The base of tests that run cells in real sessions of the flavour sage."""

from __future__ import annotations

import subprocess

import pytest

from sagews.wire.session.frames import DisplayFrame, FromSession, ResultFrame

from .flavour_case import FlavourCase
from .support import interpreter


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


class SageCase(FlavourCase):
    """A session of its own for each test, from one warmed zygote."""

    flavour = "sage"

    def sage(self, source: str) -> list[FromSession]:
        """Run a cell in Sage's language."""
        return self.session.run(source, "sage")

    def fresh(self, source: str) -> list[FromSession]:
        """Run a cell in a session that has run nothing."""
        fresh = self.zygote.session()
        self.addCleanup(fresh.close)
        return fresh.run(source, "sage")
