"""What each of many idle sessions costs in memory, and after real use."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from benchmarks.bench import Bench, Results
from benchmarks.measure import available_mebibytes, pss_mebibytes, tree
from benchmarks.report import Bar, Row
from benchmarks.scenarios.latency import LIBRARIES

IDLE_SESSIONS = 30
# Theirs are larger by so much that a few are enough to measure, and thirty of some would not fit.
THEIR_IDLE_SESSIONS = 5
# Until what came before has saved itself and is gone.
QUIET_SECONDS = 20
REAL_USE = {
    "python": (
        "import sympy, matplotlib.pyplot as plt; x = sympy.Symbol('x')\n"
        "sympy.integrate(sympy.sin(x)**2, x); plt.plot([1, 2, 3]); plt.show()"
    ),
    "sage": "integrate(sin(x)^2, x); show(plot(sin(x), 0, 6))",
}

Start = Callable[[], Awaitable[Any]]


async def memory(start: Start, pid: int, count: int, use: str | None, quiet: float) -> Results:
    """Measure, in MiB for each session.

    MemAvailable counts what the kernel spends on them too; PSS divides shared pages among those that share them.
    """
    first = await start()
    await asyncio.sleep(quiet)
    before = available_mebibytes(), pss_mebibytes(tree(pid))
    sessions = [await start() for _ in range(count)]
    await asyncio.sleep(min(quiet, 3))
    idle = available_mebibytes(), pss_mebibytes(tree(pid))
    figures = {"available_mib": (before[0] - idle[0]) / count, "pss_mib": (idle[1] - before[1]) / count}
    if use is not None:
        for session in sessions:
            await session.use(use)
        await asyncio.sleep(2)
        figures["used_mib"] = (before[0] - available_mebibytes()) / count
    for session in (first, *sessions):
        await session.close()
    return figures


async def of_jupyter(bench: Bench) -> Results:
    """The same of kernels: bare, with libraries, and Sage."""
    kernels = [("bare", "python3", "1+1", "python"), ("libraries", "python3", LIBRARIES, "python")]
    if bench.sage:
        kernels.append(("sage", "sage", "1+1", "sage"))
    figures = {}
    for name, kernel, code, use in kernels:
        async with bench.jupyter() as server:

            async def start(kernel: str = kernel, code: str = code) -> Any:
                session = await server.kernel(kernel)
                await session.result(code)
                return session

            figures[name] = await memory(start, server.pid, THEIR_IDLE_SESSIONS, REAL_USE[use], QUIET_SECONDS / 4)
    return figures


async def measure(bench: Bench) -> Results:
    """Measure all of them."""
    results: Results = {"floor": {}, "ours": {}}
    for name, libraries in (("bare", False), ("libraries", True)):
        async with bench.floor(libraries=libraries) as floor:

            async def start() -> Any:
                session = await floor.session()
                await session.evaluate()
                return session

            results["floor"][name] = await memory(start, floor.pid, IDLE_SESSIONS, None, 1)
    for flavour in ("python", *(("sage",) if bench.sage else ())):
        async with bench.daemon(flavour) as site:
            use = REAL_USE[flavour]
            results["ours"][flavour] = await memory(site.session, site.pid, IDLE_SESSIONS, use, QUIET_SECONDS)
    if bench.jupyter_wanted:
        results["jupyter"] = await of_jupyter(bench)
    return results


ROWS = [
    Row("idle session, PSS beside the daemon without", "MiB", "ours.python.pss_mib", "floor.libraries.pss_mib", "jupyter.libraries.pss_mib", (Bar("ours", 5, 3), Bar("jupyter", 1 / 15))),
    Row("… beside a bare one of theirs", "MiB", "ours.python.pss_mib", "floor.bare.pss_mib", "jupyter.bare.pss_mib"),
    Row("… fall of MemAvailable", "MiB", "ours.python.available_mib", "floor.libraries.available_mib", "jupyter.libraries.available_mib", (Bar("jupyter", 1 / 15),)),
    Row("idle Sage session, PSS", "MiB", "ours.sage.pss_mib", "floor.libraries.pss_mib", "jupyter.sage.pss_mib", (Bar("ours", 8, 6), Bar("jupyter", 1 / 12))),
    Row("… fall of MemAvailable", "MiB", "ours.sage.available_mib", "floor.libraries.available_mib", "jupyter.sage.available_mib", (Bar("jupyter", 1 / 12),)),
    Row("session after an integral and a plot, MemAvailable", "MiB", "ours.python.used_mib", "", "jupyter.libraries.used_mib", (Bar("jupyter", 1 / 3),)),
    Row("… Sage", "MiB", "ours.sage.used_mib", "", "jupyter.sage.used_mib"),
]  # fmt: skip
