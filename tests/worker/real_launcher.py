"""A launcher with real jails, for slow tests: permits file, homes and interpreter below a folder of the test."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import sagews
from sagews.wire.launcher import Configure
from sagews.worker.launcher.client import LauncherClient

PACKAGE = Path(sagews.__file__).resolve().parent
UIDS = [310_000, 310_100]


def real_launcher(reactor: Any, folder: Path, died: Callable[[str], None]) -> LauncherClient:
    """Return a client whose launcher keeps everything below a folder and knows the flavour `python`."""
    folder.mkdir(parents=True)
    permits = folder / "launcher.json"
    limits = {"memory": 2**32, "processes": 256, "file": 2**30, "home": 2**30, "cpu_seconds": 86400, "disk": 2**31}
    values = {
        "homes": str(folder / "homes"),
        "package": str(PACKAGE),
        "flavours": {"python": os.environ.get("SAGEWS_TEST_PYTHON", sys.executable)},
        "uids": UIDS,
        "minimum": "userns",
        "sessions": 20,
        "disk": {"images": True, "reserve": 0, "homes": 0},
        "limits": limits,
    }
    permits.write_text(json.dumps(values))
    permits.chmod(0o644)
    command = [sys.executable, "-I", str(PACKAGE / "launcher" / "main.py"), "3", str(permits)]
    return LauncherClient(reactor, command, Configure({"python": 2}, "userns"), died)
