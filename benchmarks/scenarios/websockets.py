"""Two thousand people who do nothing: memory and processor time of idle websockets, bare and with an open document."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import psutil

from benchmarks.bench import Bench, Results
from benchmarks.measure import Stopwatch, precise_cpu_seconds, pss_mebibytes
from benchmarks.report import Bar, Row
from benchmarks.scenarios.throughput import DAEMONS, Processor
from benchmarks.servers.client import Connection
from benchmarks.servers.workspaces import Site

COUNT = 2000
MANY = 10_000
# So many are opened at the same time, as a browser of a class would after a power cut.
AT_ONCE = 32
# Both sides ping every 25 seconds.
HOLD_SECONDS = 55
SETTLE_SECONDS = 5


async def at_once(works: Sequence[Callable[[], Awaitable[Any]]], most: int = AT_ONCE) -> list[Any]:
    """Do many things, so many at the same time, and return what they return, in their order."""
    gate = asyncio.Semaphore(most)

    async def one(work: Callable[[], Awaitable[Any]]) -> Any:
        async with gate:
            return await work()

    return await asyncio.gather(*(one(work) for work in works))


async def hold(
    pid: int,
    names: Sequence[str],
    works: Sequence[Callable[[], Awaitable[Any]]],
    connection: Callable[[Any], Connection],
) -> Results:
    """Open all, hold them through pings, and say what each costs.

    Args:
        pid: of the server.
        names: of programs that belong to it.
        works: each opens one.
        connection: the websocket of what was opened.
    """
    server = [psutil.Process(pid)]
    processor = Processor(pid, names)
    before = pss_mebibytes(server)
    watch = Stopwatch()
    opened = await at_once(works)
    elapsed = watch.seconds
    await asyncio.sleep(SETTLE_SECONDS)
    memory = pss_mebibytes(server)
    began, computed, watch = processor.read(), precise_cpu_seconds(server), Stopwatch()
    await asyncio.sleep(HOLD_SECONDS)
    seconds, ended = watch.seconds, processor.read()
    sockets = [connection(each) for each in opened]
    figures = {
        "opened": len(sockets),
        "opened_per_second": len(sockets) / elapsed,
        "kilobytes_each": (memory - before) * 2**20 / 1000 / len(sockets),
        "alive": sum(not each.closed for each in sockets),
        "pinged": sum(each.pings > 0 for each in sockets),
        "server_cores": (precise_cpu_seconds(server) - computed) / seconds,
        "daemon_cores": (ended["daemons"] - began["daemons"]) / seconds,
    }
    await asyncio.gather(*(each.close() for each in sockets))
    return figures


async def bare(site: Site, count: int) -> Results:
    """Websockets that have said hello."""
    workspace, _ = await site.document()
    works = [lambda: site.connect(workspace)] * count
    return await hold(site.pid, DAEMONS, works, lambda sheet: sheet.connection)


async def documents(site: Site, count: int) -> Results:
    """Websockets with a document open, each in a workspace of its own."""
    places = await at_once([site.document] * count, 8)
    works = [lambda place=place: site.open(*place) for place in places]
    return await hold(site.pid, DAEMONS, works, lambda sheet: sheet.connection)


async def measure(bench: Bench) -> Results:
    """Measure the floor, and ours in a fresh daemon for each kind."""
    results: Results = {"ours": {}}
    async with bench.floor(libraries=False) as floor:
        results["floor"] = {"bare": await hold(floor.pid, (), [floor.idle] * COUNT, lambda each: each)}
    async with bench.daemon() as site:
        results["ours"]["bare"] = await bare(site, COUNT)
    async with bench.daemon() as site:
        results["ours"]["documents"] = await documents(site, COUNT)
    return results


def _rows(title: str, name: str, kilobytes: Bar, cores: Bar | None, opened: Bar | None) -> list[Row]:
    ours, floor = f"ours.{name}", "floor.bare"
    return [
        Row(f"{title}: memory of the server for each", "KB", f"{ours}.kilobytes_each", f"{floor}.kilobytes_each", "", (kilobytes,)),
        Row("… alive through pings", "", f"{ours}.alive", f"{floor}.alive"),
        Row("… processor while all idle: server", "cores", f"{ours}.server_cores", f"{floor}.server_cores", "", (cores,) if cores else ()),
        Row("… with PostgreSQL and launcher", "cores", f"{ours}.daemon_cores", f"{floor}.daemon_cores"),
        Row("… opened a second", "", f"{ours}.opened_per_second", f"{floor}.opened_per_second", "", (opened,) if opened else (), more=True),
    ]  # fmt: skip


ROWS = [
    *_rows(f"{COUNT:,} idle websockets", "bare", Bar("ours", 15, 12), None, None),
    *_rows(
        f"{COUNT:,} open documents", "documents", Bar("ours", 30, 20), Bar("ours", 0.02, 0.01), Bar("ours", 400, 800)
    ),
]
