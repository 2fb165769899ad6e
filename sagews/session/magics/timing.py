"""How long things take: %time, %timeit, %prun."""

from __future__ import annotations

import contextlib
import cProfile
import io
import pstats
import re
import sys
import time
import timeit
from collections.abc import Iterator
from typing import Any

from sagews.session.display.displayhook import stage
from sagews.session.display.tables import table_bundle
from sagews.session.magics.shell import Shell
from sagews.session.magics.table import around, block, line

_options = re.compile(r"\s*-(?:([nr])\s*(\d+)|([qoctp])\b)")
PROFILED_LINES = 30
PROFILE_COLUMNS = ("calls", "own seconds", "per call", "with all it calls", "function")


@line("time")
def time_line(shell: Shell, text: str) -> Any:
    """Run the rest of the line, say how long it took, and be its value."""
    with stopwatch(shell):
        return shell.evaluator.evaluate(text)


@around("time")
@contextlib.contextmanager
def stopwatch(_shell: Shell, _rest: str = "") -> Iterator[None]:
    """Say how long something took, also when it fails."""
    wall, cpu = time.perf_counter(), time.process_time()
    try:
        yield
    finally:
        passed, worked = time.perf_counter() - wall, time.process_time() - cpu
        sys.stdout.write(f"CPU time: {duration(worked)}, wall time: {duration(passed)}\n")


@line("timeit")
def time_often(shell: Shell, text: str, setup: str = "pass") -> None:
    """Run code again and again and say how long it takes at best; -n LOOPS, -r REPEATS."""
    numbers = {"n": 0, "r": 0}
    while found := _options.match(text):
        if found[1]:
            numbers[found[1]] = int(found[2])
        text = text[found.end() :]
    timer = timeit.Timer(shell.evaluator.python(text.strip()), setup, globals=shell.user_ns)
    loops, first = (numbers["n"], float("inf")) if numbers["n"] else timer.autorange()
    repeats = numbers["r"] or (5 if first < 1 or numbers["n"] else 1)
    best = min([first, *timer.repeat(repeats - (first < float("inf")), loops)]) / loops
    sys.stdout.write(f"{duration(best)} per loop (best of {repeats}, {loops} loops each)\n")


@block("timeit")
def time_block(shell: Shell, rest: str, text: str) -> None:
    """Time the text below; what stands on the line, behind the options, is run once before."""
    options = ""
    while found := _options.match(rest):
        options, rest = options + found[0], rest[found.end() :]
    time_often(shell, f"{options} {text}", shell.evaluator.python(rest.strip()) or "pass")


@line("prun")
def profile_line(shell: Shell, text: str) -> None:
    """Run the rest of the line and list the functions that took the time."""
    # Made ready before, so that the list holds the person's functions and not ours.
    code = compile(shell.evaluator.python(text), "<profiled>", "exec")
    with profile(shell):
        shell.ex(code)


@around("prun")
@contextlib.contextmanager
def profile(_shell: Shell, _rest: str = "") -> Iterator[None]:
    """List the functions that took the time."""
    profiler = cProfile.Profile()
    profiler.enable()
    try:
        yield
    finally:
        profiler.disable()
        show_profile(profiler)


def show_profile(profiler: cProfile.Profile) -> None:
    """Show a table of all functions, to be sorted; as text it is the list of those that took the most time."""
    told = io.StringIO()
    stats = pstats.Stats(profiler, stream=told).strip_dirs().sort_stats("tottime")
    stats.print_stats(PROFILED_LINES)
    found = stats.get_stats_profile()
    rows = []
    for file, line_number, name in stats.fcn_list:  # type: ignore[attr-defined]
        _, calls, own, whole, _ = stats.stats[file, line_number, name]  # type: ignore[attr-defined]
        place = name if file == "~" else f"{name} ({file}:{line_number})"
        rows.append((calls, own, own / max(1, calls), whole, place))
    sys.stdout.write(f"{stats.total_calls} function calls in {duration(found.total_tt)}\n")  # type: ignore[attr-defined]
    stage.publish(*table_bundle(PROFILE_COLUMNS, rows, len(rows), told.getvalue()))


def duration(seconds: float) -> str:
    """Return a time as people write it."""
    for factor, unit in ((1, "s"), (1e3, "ms"), (1e6, "µs")):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e9:.3g} ns"
