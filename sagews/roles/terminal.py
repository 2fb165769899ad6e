"""What a person at the terminal sees of a start: where the site is, how isolated sessions are, the first link.

The first link holds a secret, so it goes to a terminal or into a 0600 file, never through the logger.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Mapping
from typing import Any

from sagews.net.private_files import write_private
from sagews.ops.folders import Layout
from sagews.ops.tls.contexts import SiteServer

TERMINAL = 1


def isolation_line(level: str, report: Mapping[str, Any]) -> str:
    """Return the start line about isolation, one word for each thing that was found by trying."""
    words = [f"{key}={_word(value)}" for key, value in report.items() if key not in ("level", "missing")]
    missing = report.get("missing") or []
    rest = f"; missing: {', '.join(str(item) for item in missing)}" if missing else ""
    return f"isolation level={level} {' '.join(words)}{rest}"


def _word(value: object) -> str:
    text = value if isinstance(value, str) else json.dumps(value, separators=(",", ":"))
    return text.replace(" ", "_")


class Terminal:
    """The terminal that the daemon was started from, when it stays there; otherwise files say the same."""

    def __init__(self, layout: Layout, *, foreground: bool) -> None:
        self._layout = layout
        # A link in a log file or a pipe would be read by whoever reads those later.
        self._present = foreground and os.isatty(TERMINAL)
        self._writes = foreground
        self._first = ""

    def say(self, text: str) -> None:
        """Write a line to whoever started the daemon in the foreground."""
        if self._writes:
            # Whoever read our output may have gone; the daemon goes on without them.
            with contextlib.suppress(OSError):
                os.write(TERMINAL, f"{text}\n".encode())

    def ready(self, text: str) -> None:
        """Say that everything serves, and last what somebody has to do: nothing of the start comes behind it."""
        # In one piece, set off by empty lines: log lines before and behind it would bury a link among them.
        parts = [self._strong(text), *([self._first] if self._first else [])]
        self.say("\n" + "\n\n".join(parts) + "\n")

    def first_link(self, link: str) -> None:
        """Show the first administrator's link when all is ready; without a terminal, say in which file it stands."""
        if self._present:
            self._first = f"Sign in as the first administrator (good for 30 minutes, once):\n\n    {self._strong(link)}"
            return
        write_private(self._layout.first_link, f"{link}\n".encode())
        file = self._layout.first_link
        self._first = f"The first administrator's sign-in link, good for 30 minutes, is in {file}"

    def _strong(self, text: str) -> str:
        """Return a text in bold, where that is not just more characters."""
        plain = not self._present or "NO_COLOR" in os.environ or os.environ.get("TERM", "dumb") == "dumb"
        return text if plain else f"\033[1m{text}\033[0m"

    def forget_first_link(self) -> None:
        """Remove a link of an earlier start."""
        self._layout.first_link.unlink(missing_ok=True)


def write_address(layout: Layout, url: str, site: SiteServer | None) -> None:
    """Tell the command line how to reach the daemon, and by which certificate it knows it.

    The certificate is copied as it is served now: the operator's file may be renewed while the daemon goes on with the
    old one, and it vouches for names of the site, not for the local address that the command line dials.
    """
    if site is not None:
        write_private(layout.served_certificate, site.certificate)
    address = {"url": url, "certificate": str(layout.served_certificate) if site is not None else None}
    write_private(layout.address, f"{json.dumps(address)}\n".encode())
