"""Prometheus' own checker: of the machine, else taken out of Debian's package without installing a service."""

from __future__ import annotations

import functools
import shutil
import subprocess
import tempfile
from pathlib import Path


@functools.cache
def promtool() -> str:
    """Return its path; raises RuntimeError that says what to install where there is none."""
    found = shutil.which("promtool")
    return found or _unpacked(Path(tempfile.mkdtemp(prefix="sagews-promtool-")))


def _unpacked(folder: Path) -> str:
    download = ["apt-get", "download", "--quiet", "prometheus"]
    if _run(download, folder).returncode:
        # A bare machine has no lists of packages yet.
        _run(["apt-get", "update", "--quiet"], folder)
        answer = _run(download, folder)
        if answer.returncode:
            raise RuntimeError(f"there is no promtool: apt install prometheus, then try again ({answer.stderr})")
    package = next(folder.glob("prometheus_*.deb"))
    subprocess.run(["dpkg-deb", "--extract", str(package), str(folder)], check=True)
    return str(folder / "usr" / "bin" / "promtool")


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
