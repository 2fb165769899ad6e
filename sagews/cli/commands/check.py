"""`sagews check`: the settings, checked whole without a daemon; every error is told at once."""

from __future__ import annotations

import argparse

from sagews.cli.command import Invocation


class CheckCommand:
    """Says that the settings have no errors: an invocation exists only where they have none."""

    name = "check"
    help = "check the settings and say everything that is wrong with them"

    def add_options(self, parser: argparse.ArgumentParser) -> None:
        """It has none of its own."""

    def run(self, invocation: Invocation) -> int:
        """Say so."""
        invocation.out.write(f"{invocation.config or 'The default settings'}: no errors.\n")
        return 0
