"""The client for tests: built once, with its packages, and its sources compiled for node."""

from __future__ import annotations

import importlib.util
import subprocess
from pathlib import Path
from types import ModuleType

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"


def client_build() -> ModuleType:
    """Return the build backend, which is no part of the package."""
    spec = importlib.util.spec_from_file_location("client_build", STATIC / "build" / "client_build.py")
    if spec is None or spec.loader is None:
        raise RuntimeError("static/build/client_build.py can't be read")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def built() -> Path:
    """Build the client unless it is up to date, and return the folder."""
    folder: Path = client_build().build_client()
    return folder


def packages() -> None:
    """Bring node_modules in step with the lock file; the build alone does not need to, when it is up to date."""
    client_build().ready_tools()


def node(*arguments: str, cwd: Path = STATIC) -> subprocess.CompletedProcess[str]:
    """Run node and return what it said."""
    program = client_build()._Tools.find().node
    return subprocess.run([program, *arguments], cwd=cwd, capture_output=True, text=True, timeout=120, check=False)
