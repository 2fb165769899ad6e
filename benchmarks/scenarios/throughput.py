"""Twenty sessions at once: evaluations a second, and what a thousand of them cost in processor time."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol

import psutil

from benchmarks.bench import Bench, Results
from benchmarks.measure import Spread, Stopwatch, cpu_seconds, tree
from benchmarks.report import Bar, Row

SESSIONS = 20
# More updates than one session can use up in a second; what runs out is made while the clock runs.
EDITS_A_SECOND = 200
DAEMONS = ("postgres", "/sagews/launcher/")


class Evaluator(Protocol):
    """What this scenario needs of one session."""

    async def evaluate(self) -> None:
        """Evaluate the cell and wait for the result and the end."""


class Processor:
    """Readings of processor time of a server and what it started, in seconds.

    Args:
        pid: of the server process.
        names: parts of the command lines of programs that belong to it and are no sessions.
    """

    def __init__(self, pid: int, names: Sequence[str]) -> None:
        self._processes = tree(pid)
        self._server = [each for each in self._processes if each.pid == pid]
        self._daemons = [each for each in self._processes if each.pid == pid or _named(each, names)]
        self._client = [psutil.Process(os.getpid())]

    def read(self) -> dict[str, float]:
        """Return what each part has used so far."""
        everything, daemons = cpu_seconds(self._processes), cpu_seconds(self._daemons)
        return {
            "server": cpu_seconds(self._server),
            "daemons": daemons,
            "sessions": everything - daemons,
            "all": everything,
            "client": cpu_seconds(self._client),
        }


def _named(process: psutil.Process, names: Sequence[str]) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    return any(name in line for name in names)


async def load(works: Sequence[Callable[[], Awaitable[None]]], seconds: float, processor: Processor) -> Results:
    """Let each do its work again and again, and say how often and at what cost."""
    times: list[float] = []
    before = processor.read()
    watch = Stopwatch()

    async def loop(work: Callable[[], Awaitable[None]]) -> None:
        while watch.seconds < seconds:
            each = Stopwatch()
            await work()
            times.append(each.seconds)

    await asyncio.gather(*(loop(work) for work in works))
    elapsed, after = watch.seconds, processor.read()
    figures: Results = {"per_second": len(times) / elapsed, "latency": Spread.of(times).figures()}
    for name, value in after.items():
        figures[f"{name}_cpu_per_1000"] = (value - before[name]) / len(times) * 1000
    figures["client_cores"] = (after["client"] - before["client"]) / elapsed
    return figures


async def _both(sessions: Sequence[Any], bench: Bench, pid: int, names: Sequence[str]) -> Results:
    """The same cell again and again; then a changed one each time; then one that is saved before it runs."""
    seconds = bench.options.seconds
    for each in sessions:
        await each.evaluate()
    figures: Results = {}
    processor = Processor(pid, names)
    figures["same"] = await load([each.evaluate for each in sessions], seconds, processor)
    for name in ("edit_and_run", "edit_save_run"):
        for each in sessions:
            if hasattr(each, "prepare"):
                each.prepare(int(seconds * EDITS_A_SECOND))
        figures[name] = await load([getattr(each, name) for each in sessions], seconds, processor)
        # Nothing counts that was not acknowledged in the end.
        await asyncio.gather(*(each.settle() for each in sessions))
    return figures


async def measure(bench: Bench) -> Results:
    """Measure all three."""
    results: Results = {}
    async with bench.floor() as floor:
        sessions = [await floor.session() for _ in range(SESSIONS)]
        results["floor"] = await _both(sessions, bench, floor.pid, ())
    async with bench.daemon() as site:
        # Each in a workspace of its own, as twenty people are.
        sheets = [await site.session() for _ in range(SESSIONS)]
        results["ours"] = await _both(sheets, bench, site.pid, DAEMONS)
    if bench.jupyter_wanted:
        async with bench.jupyter() as server:
            kernels = [await server.kernel() for _ in range(SESSIONS)]
            for each in kernels:
                await each.evaluate()
            processor = Processor(server.pid, ())
            works = [each.evaluate for each in kernels]
            results["jupyter"] = {"same": await load(works, bench.options.seconds, processor)}
            for each in kernels:
                await each.close()
    return results


def _rows() -> list[Row]:
    bars = {
        "same": ((0.35, 0.5), (0.22, 0.15), (0.35, 0.22), (0.2, 0.12)),
        "edit_and_run": ((0.3, 0.5), (0.35, 0.2), (0.5, 0.3), (0.2, 0.12)),
        "edit_save_run": ((0.3, 0.5), (0.35, 0.2), (0.5, 0.3), (0.2, 0.12)),
    }
    titles = {"same": "the same cell", "edit_and_run": "edit, then run", "edit_save_run": "edit, saved, then run"}
    rows = []
    for name, (speed, server, daemons, sessions) in bars.items():
        theirs = "jupyter.same" if name == "same" else "jupyter.none"
        least = [Bar("floor", *speed)] + ([Bar("jupyter", 10)] if name == "same" else [])
        path = f"{name}.per_second"
        rows.append(
            Row(
                f"evaluations a second, {SESSIONS} sessions, {titles[name]}",
                "", f"ours.{path}", f"floor.{path}", f"{theirs}.per_second", tuple(least), more=True,
            )
        )  # fmt: skip
        for title, part, bar in (
            ("CPU for 1,000: the server process", "server", server),
            ("… with PostgreSQL and launcher", "daemons", daemons),
            ("… the sessions alone", "sessions", sessions),
            ("… everything", "all", None),
        ):
            path = f"{name}.{part}_cpu_per_1000"
            bars_here = (Bar("ours", *bar),) if bar else ()
            rows.append(Row(title, "s", f"ours.{path}", f"floor.{path}", f"{theirs}.{part}_cpu_per_1000", bars_here))
        for title, path in (
            ("… latency p50", "latency.median"),
            ("… latency p99", "latency.p99"),
        ):
            rows.append(Row(title, "ms", f"ours.{name}.{path}", f"floor.{name}.{path}", f"{theirs}.{path}"))
        path = f"{name}.client_cores"
        rows.append(Row("… (the client's own cores)", "", f"ours.{path}", f"floor.{path}", f"{theirs}.client_cores"))
    return rows


ROWS = _rows()
