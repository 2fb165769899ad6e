"""One person alone: from nothing to the first result, round trips, interrupt and restart."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.bench import Bench, Results
from benchmarks.measure import Spread, Stopwatch
from benchmarks.report import Bar, Row
from benchmarks.servers.floor import Floor
from benchmarks.servers.jupyter import Kernel, Server
from benchmarks.servers.workspaces import Site

LIBRARIES = "import numpy, sympy, matplotlib; 1+1"
# A person does not open the next worksheet in the same instant: the pool has time to refill.
PAUSE_SECONDS = 0.3
WARM_UP = 20


async def timed(work: Callable[[], Awaitable[Any]]) -> float:
    """Return the seconds that something takes."""
    watch = Stopwatch()
    await work()
    return watch.seconds


async def round_trips(evaluate: Callable[[], Awaitable[None]], count: int) -> Results:
    """Many small evaluations, one after the other, without any other load."""
    for _ in range(WARM_UP):
        await evaluate()
    return Spread.of([await timed(evaluate) for _ in range(count)]).figures()


async def floor_starts(floor: Floor, count: int) -> Results:
    """From connecting to the first result."""
    times = []
    for _ in range(count):
        watch = Stopwatch()
        session = await floor.session()
        await session.evaluate()
        times.append(watch.seconds)
        await session.close()
        await asyncio.sleep(PAUSE_SECONDS / 3)
    return Spread.of(times).figures()


async def whole_starts(site: Site, count: int) -> Results:
    """From nothing to the first result: a new workspace, ticket, websocket, document, what is typed, a session."""
    times = []
    for _ in range(count):
        watch = Stopwatch()
        sheet = await site.open(*await site.document())
        sheet.type("1+1")
        await sheet.evaluate()
        times.append(watch.seconds)
        await sheet.stop()
        await asyncio.sleep(PAUSE_SECONDS)
    return Spread.of(times).figures()


async def starts(site: Site, count: int) -> Results:
    """From asking for a ticket to a workspace that was there to the first result."""
    times = []
    for _ in range(count):
        workspace, document = await site.document()
        sheet = await site.open(workspace, document)
        await sheet.write("1+1")
        await sheet.close()
        watch = Stopwatch()
        sheet = await site.open(workspace, document)
        await sheet.evaluate()
        times.append(watch.seconds)
        await sheet.stop()
        await asyncio.sleep(PAUSE_SECONDS)
    return Spread.of(times).figures()


async def open_starts(site: Site, count: int) -> Results:
    """From Shift-Enter in an open page without a session to its first result."""
    times = []
    for _ in range(count):
        sheet = await site.sheet()
        times.append(await timed(sheet.evaluate))
        await sheet.stop()
        await asyncio.sleep(PAUSE_SECONDS)
    return Spread.of(times).figures()


async def restarts(session: Any, count: int) -> Results:
    """From Restart to the first result of the fresh session."""
    await session.evaluate()
    times = []
    for _ in range(count):
        await asyncio.sleep(PAUSE_SECONDS)
        times.append(await timed(session.restart))
    return Spread.of(times).figures()


async def interrupts(site: Site, count: int) -> Results:
    """From Stop to the end of the run."""
    sheet = await site.sheet("while True: pass")
    times = []
    for _ in range(count):
        run = sheet.start()
        while (await sheet.receive("run_state"))["state"] != "running":
            pass
        await asyncio.sleep(0.2)
        watch = Stopwatch()
        sheet.send("interrupt", document=sheet.document)
        state, _ = await sheet.until_over(run)
        times.append(watch.seconds)
        if state != "interrupted":
            raise RuntimeError(f"an interrupted run ended as {state}")
    await sheet.stop()
    return Spread.of(times).figures()


async def of_daemon(site: Site, bench: Bench) -> Results:
    """Everything against Sage Workspaces."""
    options = bench.options
    figures: Results = {"cold": await starts(site, 1)}
    figures["whole"] = await whole_starts(site, options.starts)
    figures["start"] = await starts(site, options.starts)
    figures["open"] = await open_starts(site, options.starts)
    sheet = await site.session()
    figures["round_trip"] = await round_trips(sheet.evaluate, options.trips)
    figures["edit_round_trip"] = await round_trips(sheet.edit_and_run, options.trips)
    await sheet.stop()
    figures["interrupt"] = await interrupts(site, options.restarts)
    figures["restart"] = await restarts(await site.session(), options.restarts)
    return figures


async def kernel_starts(server: Server, count: int, kernel: str, code: str) -> Results:
    """From asking for a kernel to the first result."""
    times = []
    for _ in range(count):
        watch = Stopwatch()
        session = await server.kernel(kernel)
        if await session.result(code) != "2":
            raise RuntimeError("the kernel gave another result")
        times.append(watch.seconds)
        await session.close()
    return Spread.of(times).figures()


async def kernel_interrupts(kernel: Kernel, count: int) -> Results:
    """From the call that interrupts to the end of the execution."""
    times = []
    for _ in range(count):
        parent = await kernel.send("while True: pass")
        await asyncio.sleep(0.4)
        watch = Stopwatch()
        await kernel.interrupt()
        async for _message in kernel.messages(parent):
            pass
        times.append(watch.seconds)
    return Spread.of(times).figures()


async def of_jupyter(bench: Bench) -> Results:
    """The same against Jupyter, as shipped and with Nagle's algorithm off."""
    options, figures = bench.options, {}
    async with bench.jupyter() as server:
        figures["start"] = await kernel_starts(server, options.their_starts, "python3", "1+1")
        figures["start_libraries"] = await kernel_starts(server, options.their_starts, "python3", LIBRARIES)
        if bench.sage:
            figures["start_sage"] = await kernel_starts(server, options.their_starts, "sage", "1+1")
        kernel = await server.kernel()
        figures["round_trip"] = await round_trips(kernel.evaluate, options.trips // 5)
        figures["interrupt"] = await kernel_interrupts(kernel, options.restarts)
        figures["restart"] = await restarts(kernel, options.restarts)
        await kernel.close()
    async with bench.jupyter(nodelay=True) as server:
        kernel = await server.kernel()
        figures["round_trip_nodelay"] = await round_trips(kernel.evaluate, options.trips // 5)
        await kernel.close()
    return figures


async def measure(bench: Bench) -> Results:
    """Measure all of them."""
    results: Results = {}
    async with bench.floor() as floor:
        session = await floor.session()
        results["floor"] = {
            "start": await floor_starts(floor, bench.options.starts),
            "round_trip": await round_trips(session.evaluate, bench.options.trips),
            "edit_round_trip": await round_trips(session.edit_and_run, bench.options.trips),
            "restart": await restarts(session, bench.options.restarts),
        }
    async with bench.daemon() as site:
        results["ours"] = await of_daemon(site, bench)
    if bench.sage:
        async with bench.daemon("sage") as site:
            results["sage"] = await of_daemon(site, bench)
    if bench.jupyter_wanted:
        results["jupyter"] = await of_jupyter(bench)
    return results


ROWS = [
    Row("round trip p50", "ms", "ours.round_trip.median", "floor.round_trip.median", "jupyter.round_trip.median", (Bar("ours", 0.45, 0.35), Bar("jupyter", 1 / 25))),
    Row("… p95", "ms", "ours.round_trip.p95", "floor.round_trip.p95", "jupyter.round_trip.p95"),
    Row("… p99", "ms", "ours.round_trip.p99", "floor.round_trip.p99", "jupyter.round_trip.p99", (Bar("ours", 2.0, 1.0),)),
    Row("… p50, Jupyter with Nagle off", "ms", "ours.round_trip.median", "floor.round_trip.median", "jupyter.round_trip_nodelay.median", (Bar("jupyter", 1 / 2),)),
    Row("… edit, then run, p50", "ms", "ours.edit_round_trip.median", "floor.edit_round_trip.median"),
    Row("… edit, then run, p99", "ms", "ours.edit_round_trip.p99", "floor.edit_round_trip.p99"),
    Row("… Sage, p50", "ms", "sage.round_trip.median", "floor.round_trip.median", "jupyter.round_trip.median"),
    Row("first result: new workspace, ticket, socket, document, session", "ms", "ours.whole.median", "floor.start.median", "jupyter.start.median", (Bar("floor", 2.5, 1.5),)),
    Row("… p95", "ms", "ours.whole.p95", "floor.start.p95", "jupyter.start.p95"),
    Row("… bare connection", "ms", "ours.start.median", "floor.start.median", "jupyter.start.median", (Bar("ours", 10, 8), Bar("jupyter", 1 / 25))),
    Row("… against a kernel that imports the libraries", "ms", "ours.start.median", "floor.start.median", "jupyter.start_libraries.median"),
    Row("… in an open page", "ms", "ours.open.median", "floor.start.median", "jupyter.start.median", (Bar("ours", 5, 4),)),
    Row("… cold", "ms", "ours.cold.median"),
    Row("… Sage, bare connection", "ms", "sage.start.median", "floor.start.median", "jupyter.start_sage.median", (Bar("jupyter", 1 / 50),)),
    Row("… Sage, in an open page", "ms", "sage.open.median", "floor.start.median", "jupyter.start_sage.median"),
    Row("restart to first result", "ms", "ours.restart.median", "floor.restart.median", "jupyter.restart.median", (Bar("ours", 10, 6), Bar("jupyter", 1 / 25))),
    Row("… Sage", "ms", "sage.restart.median", "floor.restart.median"),
    Row("interrupt", "ms", "ours.interrupt.median", "", "jupyter.interrupt.median", (Bar("jupyter", 1 / 4),)),
]  # fmt: skip
