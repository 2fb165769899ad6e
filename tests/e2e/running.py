"""A whole daemon in a folder of its own, started as `make run` starts it, and a browser to use it with."""

from __future__ import annotations

import copy
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.chromium import launch_options

READY_SECONDS = 120
SCREENSHOTS = Path(__file__).parent.parent / "screenshots"


_given: set[int] = set()


def free_port() -> int:
    """Return a port of loopback that nobody uses now, another one each time: the kernel may give one out again."""
    while True:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        if port not in _given:
            _given.add(port)
            return port


def session_environments() -> dict[str, str]:
    """Return the environments that `make test` built."""
    return dict(json.loads(os.environ["SAGEWS_ENVIRONMENTS"]))


def twistd() -> str:
    """Return the installed daemon's twistd, beside the interpreter that runs the tests."""
    return str(Path(sys.executable).parent / "twistd")


class RunningDaemon:
    """A daemon process and its folder; `user` runs it as an ordinary user instead of root."""

    def __init__(self, *, user: int | None = None, roles: tuple[str, ...] = (), more_settings: str = "") -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="sagews-"))
        self.folder.chmod(0o755)
        # Whoever is not root runs everything as an ordinary user anyway.
        self.user = user if os.geteuid() == 0 else None
        self.roles = roles
        self.port = free_port()
        self.settings = self.folder / "sagews.toml"
        self.settings.write_text(self._settings(more_settings), encoding="utf-8")
        self.data = self.folder / "data"
        if self.user is not None:
            os.chown(self.folder, self.user, self.user)
        self.process: subprocess.Popen[bytes] | None = None

    def _settings(self, more: str) -> str:
        environments = ", ".join(f"{key} = {json.dumps(value)}" for key, value in session_environments().items())
        return (
            f"[site]\nport = {self.port}\nuntrusted_port = {free_port()}\n"
            f"[link]\nport = {free_port()}\ncollector_port = {free_port()}\n"
            f"[sessions]\nenvironments = {{ {environments} }}\n{more}"
        )

    @property
    def url(self) -> str:
        """The site's address."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def log(self) -> Path:
        """What the daemon wrote on its terminal."""
        return self.folder / "-".join(("terminal", *self.roles))

    def command(self) -> list[str]:
        """Return the command line."""
        drop = (
            [] if self.user is None else ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        )
        roles = [f"--role={role}" for role in self.roles]
        return [*drop, twistd(), "-n", "sagews", "--config", str(self.settings), *roles]

    def environment(self) -> dict[str, str]:
        """Return the environment of the daemon and of the command line."""
        variables = {
            key: value for key, value in os.environ.items() if not key.startswith("SAGEWS_") and key != "PYTHONPATH"
        }
        variables["SAGEWS_DATA"] = str(self.data)
        if self.user is not None:
            variables["HOME"] = str(self.folder)
        return variables

    def sibling(self, role: str) -> RunningDaemon:
        """Return a daemon of another role with the same settings and data."""
        other = copy.copy(self)
        other.roles = (role,)
        other.process = None
        return other

    def start(self) -> None:
        """Start it, in a session of its own, and wait until it is ready."""
        self.launch()
        self.wait_until_ready()

    def launch(self) -> None:
        """Start it, in a session of its own."""
        self.log.unlink(missing_ok=True)
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.command(), env=self.environment(), cwd=self.folder, stdout=log, stderr=log, start_new_session=True
            )

    def wait_until_ready(self) -> None:
        """Wait until it says that it serves."""
        said = re.compile(rb"Sage Workspaces \S+ is ready")
        self.wait_for(lambda: said.search(self.log.read_bytes()), "the daemon to be ready", READY_SECONDS)

    def wait_for(self, condition: Callable[[], Any], what: str, seconds: float = 30) -> None:
        """Wait for something, or fail with what the daemon said."""
        end = time.monotonic() + seconds
        while not condition():
            if time.monotonic() > end or (self.process is not None and self.process.poll() is not None):
                said = self.log.read_text(encoding="utf-8", errors="replace")[-4000:] if self.log.exists() else ""
                raise AssertionError(f"waited in vain for {what}; the daemon said:\n{said}")
            time.sleep(0.05)

    def first_link(self) -> str:
        """Return the sign-in link of the first administrator."""
        path = self.data / "run" / "first-link"
        self.wait_for(path.exists, "the first link")
        return path.read_text(encoding="ascii").strip()

    def stop(self, number: int = signal.SIGINT, *, group: bool = True) -> float:
        """Send a signal to the whole group, as a terminal does, and return the seconds until it has ended."""
        if self.process is None or self.process.poll() is not None:
            return 0.0
        start = time.monotonic()
        if group:
            os.killpg(self.process.pid, number)
        else:
            self.process.send_signal(number)
        self.process.wait(120)
        return time.monotonic() - start

    def run_command(self, *arguments: str, seconds: float = 60) -> subprocess.CompletedProcess[str]:
        """Run `sagews` on the terminal, as whoever runs the daemon."""
        drop = (
            [] if self.user is None else ["setpriv", f"--reuid={self.user}", f"--regid={self.user}", "--clear-groups"]
        )
        command = [*drop, str(Path(sys.executable).parent / "sagews"), *arguments]
        return subprocess.run(
            command,
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
            cwd=self.folder,
        )

    def remove(self) -> None:
        """Stop it if it runs and remove its folder."""
        self.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Run Debian's Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(**launch_options())
        try:
            yield browser
        finally:
            browser.close()


def screenshot(page: Any, name: str) -> None:
    """Keep a picture of a page, to be looked at."""
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=str(SCREENSHOTS / f"{name}.png"), animations="disabled")
