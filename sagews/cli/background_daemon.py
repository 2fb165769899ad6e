"""The daemon in the background, known by its pid file in the run folder.

`start` returns when the site answers, or says why it does not; `stop` returns when the process is gone.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from sagews.config.settings import ROLES
from sagews.errors import SagewsError
from sagews.ops.folders import Layout

# A first start makes a cluster and loads Sage.
START_SECONDS = 90.0
STOP_SECONDS = 15.0
PAUSE = 0.1


def add_role_option(parser: argparse.ArgumentParser) -> None:
    """Add the option that names one daemon of several."""
    parser.add_argument("--role", action="append", default=[], choices=ROLES, help="only this role (repeatable)")


def pid_file(layout: Layout, roles: Sequence[str]) -> Path:
    """Return where twistd keeps the pid of the daemon with these roles (all when none are named)."""
    return layout.run / ("sagews.pid" if not roles else f"sagews-{'-'.join(roles)}.pid")


def running(path: Path) -> int | None:
    """Return the pid in a pid file if that process lives and is a twistd of ours, else None."""
    try:
        pid = int(path.read_text(encoding="ascii"))
        # A pid file outlives its daemon after a crash, and the number may be another program's by now.
        words = Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except (OSError, ValueError):
        return None
    return pid if pid > 1 and b"sagews" in words else None


def start(layout: Layout, config: str | None, roles: Sequence[str], out: TextIO) -> int:
    """Start the daemon in the background.

    Raises:
        SagewsError: `configuration` when it runs already, or ends instead of answering.
    """
    path = pid_file(layout, roles)
    already = running(path)
    if already is not None:
        raise SagewsError("configuration", reason=f"It runs already, as process {already}. Stop it with: sagews stop")
    # The daemon writes this file when it listens, so a new time of it says that pages can be opened; a pid says only
    # that it began.
    before = _changed(layout.address)
    command = [str(Path(sys.executable).with_name("twistd")), "sagews"]
    command += ["--config", str(Path(config).absolute())] if config else []
    for role in roles:
        command += ["--role", role]
    # The program and every argument are ours or were checked by the parser of options; there is no shell.
    status = subprocess.run(command, check=False, stdin=subprocess.DEVNULL).returncode  # noqa: S603
    if status:
        return status
    pid = _ready(layout, path, before, serves="frontend" in roles or not roles)
    out.write(f"Started, as process {pid}.\n")
    return 0


def _ready(layout: Layout, path: Path, before: int, *, serves: bool) -> int:
    deadline = time.monotonic() + START_SECONDS
    seen = None
    while time.monotonic() < deadline:
        pid = running(path)
        if pid is not None and (not serves or _changed(layout.address) != before):
            return pid
        # It was there and is gone: waiting for the rest of the time would change nothing.
        if seen is not None and pid is None:
            break
        seen = pid or seen
        time.sleep(PAUSE)
    raise SagewsError("configuration", reason=f"It did not get ready. Why stands in {layout.logs}")


def _changed(path: Path) -> int:
    try:
        return path.stat().st_mtime_ns
    except OSError:
        return 0


def stop(layout: Layout, roles: Sequence[str], out: TextIO) -> int:
    """Stop the daemon, or all daemons of the data folder where no role is named: each is gone before the next is told.

    Raises:
        SagewsError: `configuration` when none runs, when it is another account's, or when it does not end.
    """
    paths = [pid_file(layout, roles)] if roles else sorted(layout.run.glob("sagews*.pid"), key=_stopping_order)
    found = [(path, pid) for path in paths if (pid := running(path)) is not None]
    if not found:
        raise SagewsError("configuration", reason=f"No daemon runs with the data folder {layout.base}.")
    for path, pid in found:
        _stop_one(path, pid)
        out.write(f"Stopped {path.stem}.\n" if len(found) > 1 else "Stopped.\n")
    return 0


def _stopping_order(path: Path) -> int:
    """Whoever needs another one goes first: pages, then documents, whose files the worker has, then what all log to."""
    order = ("frontend", "backend", "worker", "log")
    # A daemon of several roles goes with the first of them.
    return next((index for index, role in enumerate(order) if role in path.stem), 0)


def _stop_one(path: Path, pid: int) -> None:
    """Send SIGTERM, then wait until the daemon has saved everything and is gone."""
    try:
        descriptor = os.pidfd_open(pid)
        # Looked at again with the process held fast, so that a number in new hands gets no signal.
        if running(path) == pid:
            signal.pidfd_send_signal(descriptor, signal.SIGTERM)
    except OSError as error:
        raise SagewsError("configuration", reason=f"Process {pid} can't be stopped: {error.strerror}.") from None
    os.close(descriptor)
    deadline = time.monotonic() + STOP_SECONDS
    while Path(f"/proc/{pid}").exists():
        if time.monotonic() > deadline:
            raise SagewsError("configuration", reason=f"Process {pid} has not ended within {STOP_SECONDS:.0f} s.")
        time.sleep(PAUSE)
