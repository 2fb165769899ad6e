"""The client for tests: built once, with its packages, and its sources compiled for node."""

from __future__ import annotations

import atexit
import importlib.util
import json
import subprocess
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from types import ModuleType
from typing import Any

ROOT = Path(__file__).resolve().parent.parent.parent
STATIC = ROOT / "static"
PROGRAMS = Path(__file__).parent / "programs"


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


def node(*arguments: str, cwd: Path = STATIC, text: str = "") -> subprocess.CompletedProcess[str]:
    """Run node with a text as its input and return what it said."""
    program = client_build()._Tools.find().node
    return subprocess.run(
        [program, *arguments], cwd=cwd, input=text, capture_output=True, text=True, timeout=300, check=False
    )


def compiled(folder: Path, pattern: str) -> Path:
    """Compile the TypeScript files of a folder for node and return where they are, until the process ends."""
    packages()
    target = Path(mkdtemp())
    atexit.register(rmtree, target, ignore_errors=True)
    done = node(
        "node_modules/esbuild/bin/esbuild",
        *map(str, sorted(folder.rglob(pattern))),
        "--bundle",
        "--platform=node",
        "--format=esm",
        "--jsx=automatic",
        "--jsx-import-source=preact",
        "--out-extension:.js=.mjs",
        "--log-level=warning",
        f"--outbase={folder}",
        f"--outdir={target}",
        # The tests lie outside of static/, where the packages are.
        *(f"--alias:{name}={STATIC}/node_modules/{name}" for name in ("yjs", "fast-check", "katex", "@preact/signals")),
        f"--alias:client={STATIC}/src",
        # The build writes these; nothing of the page is tested without it.
        "--external:offline-viewer",
        "--external:offline-looks",
    )
    if done.returncode != 0:
        raise RuntimeError(f"{folder} doesn't compile:\n{done.stderr}")
    return target


@cache
def _programs() -> Path:
    return compiled(PROGRAMS, "*.ts")


def answers(program: str, questions: Iterable[Any]) -> list[Any]:
    """Give each question, as JSON, to a program of programs/ and return its answers: the client's own code, asked."""
    lines = "".join(f"{json.dumps(question)}\n" for question in questions)
    done = node(str(_programs() / f"{program}.mjs"), text=lines)
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return [json.loads(line) for line in done.stdout.splitlines()]
