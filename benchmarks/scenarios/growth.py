"""How the cost of a person grows with their number: each has a document open, a tenth of them compute."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Sequence

import psutil

from benchmarks.bench import Bench, Results
from benchmarks.measure import Spread, Stopwatch, precise_cpu_seconds, pss_mebibytes, tree
from benchmarks.report import Row
from benchmarks.scenarios.websockets import SETTLE_SECONDS, at_once
from benchmarks.servers.workspaces import Site, Worksheet

PEOPLE = (1, 10, 100, 500, 1000)
COMPUTING = 10
# Of those who compute: reading, thinking and typing take longer than running.
PAUSE_SECONDS = 2.0
WINDOW_SECONDS = 25


class Costs:
    """Readings of what the server and everything have used."""

    def __init__(self, pid: int) -> None:
        self._pid = pid

    def processor(self) -> tuple[float, float]:
        """Seconds of the server process, and of everything."""
        return precise_cpu_seconds([psutil.Process(self._pid)]), precise_cpu_seconds(tree(self._pid))

    def memory(self) -> tuple[float, float]:
        """MiB of the server process, and of everything."""
        return pss_mebibytes([psutil.Process(self._pid)]), pss_mebibytes(tree(self._pid))


async def at_human_pace(people: Sequence[Worksheet], pause: float) -> list[float]:
    """Let each type and run every so often for a while, each at moments of its own; return the seconds of each."""
    chance, watch, times = random.Random(len(people)), Stopwatch(), []  # noqa: S311 - moments, no secrets

    async def one(sheet: Worksheet) -> None:
        await asyncio.sleep(chance.uniform(0, pause))
        while watch.seconds < WINDOW_SECONDS:
            each = Stopwatch()
            await sheet.edit_and_run()
            times.append(each.seconds)
            await asyncio.sleep(max(0.0, pause - each.seconds))

    await asyncio.gather(*(one(sheet) for sheet in people))
    await asyncio.gather(*(sheet.settle() for sheet in people))
    return times


async def step(people: list[Worksheet], pid: int, empty: tuple[float, float], idle: tuple[float, float]) -> Results:
    """Measure with so many people.

    Args:
        people: all of them; the first tenth compute.
        pid: of the server.
        empty: memory before anybody came, MiB.
        idle: processor time a second before anybody came, in cores; it is nobody's cost.
    """
    computing = people[: max(1, len(people) // COMPUTING)]
    # One alone computes a tenth as often, so that a person's work is the same at every size.
    pause = PAUSE_SECONDS * COMPUTING * len(computing) / len(people)
    costs, watch = Costs(pid), Stopwatch()
    before = costs.processor()
    times = await at_human_pace(computing, pause)
    seconds, after, memory = watch.seconds, costs.processor(), costs.memory()
    minutes = len(people) * seconds / 60
    return {
        "people": len(people),
        "evaluations": len(times),
        "latency": Spread.of(times).figures(),
        "server_cpu_per_minute": (after[0] - before[0] - idle[0] * seconds) / minutes,
        "all_cpu_per_minute": (after[1] - before[1] - idle[1] * seconds) / minutes,
        "server_kilobytes": (memory[0] - empty[0]) * 2**20 / 1000 / len(people),
        "all_kilobytes": (memory[1] - empty[1]) * 2**20 / 1000 / len(people),
    }


async def come(site: Site, count: int) -> list[Worksheet]:
    """Let so many more people come, each with a workspace and a document of their own."""

    async def person() -> Worksheet:
        sheet = await site.open(*await site.document())
        await sheet.write("1+1")
        return sheet

    return list(await at_once([person] * count, 16))


async def measure(bench: Bench) -> Results:
    """Measure each size, the next with those who were there already."""
    results: Results = {}
    async with bench.daemon() as site:
        # The first session starts what all share; then the daemon alone is measured.
        first = await site.session()
        await first.stop()
        costs, watch = Costs(site.pid), Stopwatch()
        empty, began = costs.memory(), costs.processor()
        await asyncio.sleep(WINDOW_SECONDS / 2)
        idle = tuple((after - before) / watch.seconds for after, before in zip(costs.processor(), began, strict=True))
        people: list[Worksheet] = []
        for count in PEOPLE:
            people += await come(site, count - len(people))
            for sheet in people[: max(1, count // COMPUTING)]:
                await sheet.evaluate()
            await asyncio.sleep(SETTLE_SECONDS)
            results[f"n{count}"] = await step(people, site.pid, empty, (idle[0], idle[1]))
        await asyncio.gather(*(sheet.close() for sheet in people))
    results["flat"] = flatness(results)
    return results


def flatness(results: Results) -> Results:
    """Say how far the dearest person is above the cheapest, from a hundred people on: 0.2 is flat within 20 %."""
    found = {}
    for name in ("server_cpu_per_minute", "all_cpu_per_minute", "server_kilobytes", "all_kilobytes"):
        values = [results[f"n{count}"][name] for count in PEOPLE if count >= 100]
        found[name] = max(values) / min(values) - 1
    return found


def _rows() -> list[Row]:
    rows = []
    for count in PEOPLE:
        path = f"n{count}"
        rows += [
            Row(f"{count:,} people: server, CPU for a person's minute", "s", f"{path}.server_cpu_per_minute"),
            Row("… everything", "s", f"{path}.all_cpu_per_minute"),
            Row("… memory of the server for each", "KB", f"{path}.server_kilobytes"),
            Row("… memory of everything for each", "KB", f"{path}.all_kilobytes"),
            Row("… edit and run, p95", "ms", f"{path}.latency.p95"),
        ]
    for name, title in (("server_cpu_per_minute", "server CPU"), ("all_cpu_per_minute", "all CPU")):
        rows.append(Row(f"dearest above cheapest, 100 to 1,000 people: {title}", "", f"flat.{name}"))
    for name, title in (("server_kilobytes", "server memory"), ("all_kilobytes", "all memory")):
        rows.append(Row(f"… {title}", "", f"flat.{name}"))
    return rows


ROWS = _rows()
