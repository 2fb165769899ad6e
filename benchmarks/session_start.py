"""Measures sessions through a real launcher: start to first result, refill, kill, memory of an idle one.

    python benchmarks/session_start.py FLAVOUR INTERPRETER [--uid UID] [--sessions N] [--json FILE]

Run from the project's folder. With --uid the launcher is started as an ordinary user (only root can do that).
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sagews.model.sessions import Limits
from sagews.wire import launcher as wire
from tests.launcher.harness import Launcher, Session

LIMITS = Limits(memory=2**30, processes=64, file=2**28, home=2**28, cpu_seconds=3600)
SETTLE_SECONDS = 0.6


def main() -> None:
    """Run all measurements and print them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("flavour")
    parser.add_argument("interpreter")
    parser.add_argument("--uid", type=int)
    parser.add_argument("--sessions", type=int, default=20)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp())
    folder.chmod(0o755)
    try:
        figures = measure(folder, options)
    finally:
        shutil.rmtree(folder)
    for name, value in figures.items():
        print(f"{name:48} {value}")
    if options.json is not None:
        options.json.write_text(json.dumps(figures, indent=1))


def measure(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Return the figures of one launcher."""
    began = time.monotonic()
    flavours = {options.flavour: options.interpreter}
    launcher = Launcher(folder, flavours, {options.flavour: options.sessions}, uid=options.uid)
    hello = launcher.expect(wire.LauncherInfo)
    figures: dict[str, Any] = {"level": hello.level, "start to hello, s": round(time.monotonic() - began, 2)}
    launcher.expect(wire.FlavourState, flavour=options.flavour, state="ready", seconds=120)
    figures["start to flavour ready, s"] = round(time.monotonic() - began, 2)
    time.sleep(SETTLE_SECONDS + 0.1 * options.sessions)
    figures |= _one_by_one(launcher, options.flavour)
    time.sleep(SETTLE_SECONDS + 0.1 * options.sessions)
    figures |= _in_a_row(launcher, options.flavour, options.sessions)
    launcher.stop()
    shutil.rmtree(folder / "homes")
    return figures | _without_pool(folder, options)


def _one_by_one(launcher: Launcher, flavour: str) -> dict[str, Any]:
    firsts, seconds, kills = [], [], []
    for _ in range(30):
        began = time.monotonic()
        session = launcher.open(flavour, None, LIMITS)
        session.evaluate("1+1")
        firsts.append(time.monotonic() - began)
        began = time.monotonic()
        session.evaluate("1+1")
        seconds.append(time.monotonic() - began)
        began = time.monotonic()
        session.signal("KILL")
        session.ended()
        kills.append(time.monotonic() - began)
        session.sock.close()
        time.sleep(SETTLE_SECONDS / 2)
    return {
        **_spread("hand-over to first 1+1", firsts),
        **_spread("second 1+1", seconds),
        **_spread("kill to nothing left", kills),
    }


def _in_a_row(launcher: Launcher, flavour: str, count: int) -> dict[str, Any]:
    """Hand over all waiting children at once; then measure what each of them costs while it does nothing."""
    waiting = _available()
    began = time.monotonic()
    sessions = [launcher.open(flavour, None, LIMITS) for _ in range(count)]
    for session in sessions:
        session.evaluate("1+1")
    elapsed = time.monotonic() - began
    time.sleep(SETTLE_SECONDS * 2 + 0.1 * count)
    idle = (waiting - _available()) / count
    inside = [_inside(session) for session in sessions]
    return {
        f"{count} handed over in a row, ms each": round(elapsed / count * 1000, 2),
        f"MemAvailable per session ({count} idle), MB": round(idle / 2**20, 1),
        "PSS of a session, MB": round(statistics.median(i["Pss"] for i in inside) / 2**10, 1),
        "private dirty of a session, MB": round(statistics.median(i["Private_Dirty"] for i in inside) / 2**10, 1),
    }


def _without_pool(folder: Path, options: argparse.Namespace) -> dict[str, Any]:
    """Start sessions for which no child waits: making one and handing it over."""
    launcher = Launcher(folder, {options.flavour: options.interpreter}, {options.flavour: 0}, uid=options.uid)
    launcher.expect(wire.LauncherInfo)
    launcher.expect(wire.FlavourState, flavour=options.flavour, state="ready", seconds=120)
    times = []
    for _ in range(15):
        began = time.monotonic()
        session = launcher.open(options.flavour, None, LIMITS)
        times.append(time.monotonic() - began)
        session.close()
        time.sleep(0.1)
    launcher.stop()
    return _spread("making a child and handing it over", times)


def _inside(session: Session) -> dict[str, int]:
    code = "print([l for l in open('/proc/self/smaps_rollup') if l.split(':')[0] in ('Pss', 'Private_Dirty')])"
    lines: list[str] = eval(session.evaluate(code)[1])  # noqa: S307  (our own cell's answer)
    return {line.split(":")[0]: int(line.split()[1]) for line in lines}


def _available() -> int:
    lines = Path("/proc/meminfo").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("MemAvailable"))) * 1024


def _spread(name: str, times: Sequence[float]) -> dict[str, Any]:
    ordered = sorted(times)
    return {
        f"{name}, ms median": round(statistics.median(ordered) * 1000, 2),
        f"{name}, ms min": round(ordered[0] * 1000, 2),
        f"{name}, ms p95": round(ordered[int(len(ordered) * 0.95)] * 1000, 2),
    }


if __name__ == "__main__":
    os.umask(0o022)
    main()
