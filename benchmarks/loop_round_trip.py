"""Times the evaluation loop alone: a forked session on a socketpair, without worker and jail. Prints only.

Run it as `python -m benchmarks.loop_round_trip [python] [sage]`; SAGEWS_TEST_PYTHON and SAGEWS_TEST_SAGE name the
interpreters.
"""

from __future__ import annotations

import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median, quantiles

from tests.session.support import Session, Zygote

SESSIONS = 20
TRIPS = 1000
LINES = 200_000
CELLS = {
    "python": ("sympy.integrate(sympy.sin(sympy.Symbol('x'))**2)", "matplotlib.pyplot.plot([1, 2]);"),
    "sage": ("integrate(sin(x)^2, x)", "plot(sin(x), 0, 6)"),
}


def milliseconds(work: Callable[[], object]) -> float:
    """Return how long work takes."""
    started = time.perf_counter()
    work()
    return (time.perf_counter() - started) * 1000


def private_megabytes(pid: int) -> float:
    """Return the private dirty memory of a process."""
    text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(size) for size in re.findall(r"^Private_Dirty:\s+(\d+)", text, re.MULTILINE)) / 1024


def measure(flavour: str) -> None:
    """Print the figures of one flavour."""
    mode = "sage" if flavour == "sage" else "python"
    zygote = Zygote(flavour)
    sessions: list[Session] = []
    forks = [milliseconds(lambda: sessions.append(zygote.session())) for _ in range(SESSIONS)]
    first = [milliseconds(lambda each=each: each.run("1+1", mode)) for each in sessions]
    print(f"{flavour}: fork to ready {median(forks):.1f} ms, first 1+1 {median(first):.2f} ms")
    print(f"  idle: {private_megabytes(sessions[0].pid):.1f} MB private")
    sessions[0].run("import sympy, matplotlib.pyplot", "python")
    for cell in CELLS[flavour]:
        taken = milliseconds(lambda cell=cell: sessions[0].run(cell, mode))
        print(f"  {cell}: {taken:.1f} ms, then {private_megabytes(sessions[0].pid):.1f} MB private")
    trips = [milliseconds(lambda: sessions[1].run("1+1", mode)) for _ in range(TRIPS)]
    cuts = quantiles(trips, n=100)
    print(f"  round trip: p50 {cuts[49]:.3f} ms, p95 {cuts[94]:.3f} ms, p99 {cuts[98]:.3f} ms")
    flood = milliseconds(lambda: sessions[2].run(f"for i in range({LINES}): print('x' * 99)", mode))
    print(f"  {LINES} printed lines, 20 MB: {flood:.0f} ms")
    for each in sessions:
        each.close()
    zygote.close()


if __name__ == "__main__":
    for name in sys.argv[1:] or ["python"]:
        measure(name)
