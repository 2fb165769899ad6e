"""Debian's Chromium, as every test and measurement starts it."""

from __future__ import annotations

from typing import Any

EXECUTABLE = "/usr/bin/chromium"
FLAGS = (
    # Tests run as root, where Chromium's own sandbox refuses to start, and on machines without a display adapter.
    "--no-sandbox",
    "--disable-gpu",
    # One way to the server: what is measured is TCP, as behind every proxy.
    "--disable-quic",
    # Without these it looks for its maker's hosts at every start, which no test may need.
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def launch_options(*flags: str) -> dict[str, Any]:
    """Return what playwright's `chromium.launch` takes, with more flags behind ours."""
    return {"executable_path": EXECUTABLE, "args": [*FLAGS, *flags]}
