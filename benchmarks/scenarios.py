"""The scenarios, each run against the floor, Sage Workspaces and Jupyter with the same client and clock."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, Protocol, TypeVar

import psutil

from benchmarks import floor
from benchmarks.jupyter import Kernel, Server
from benchmarks.measure import Spread, Stopwatch, available_mebibytes, cpu_seconds, pss_mebibytes, tree
from benchmarks.workspaces import Site, Worksheet

LIBRARIES = "import numpy, sympy, matplotlib; 1+1"
REAL_USE = {
    "python": (
        "import sympy, matplotlib.pyplot as plt; x = sympy.Symbol('x')\n"
        "sympy.integrate(sympy.sin(x)**2, x); plt.plot([1, 2, 3]); plt.show()"
    ),
    "sage": "integrate(sin(x)^2, x); show(plot(sin(x), 0, 6))",
}
FLOOD = "import sys\nfor i in range(20): sys.stdout.write(('x' * 99 + chr(10)) * 10_000)"
FLOOD_BYTES = 20_000_000
SESSIONS = 20
IDLE_SESSIONS = 30
QUIET_SECONDS = 20
# Theirs are larger by so much that a few are enough to measure, and thirty of some would not fit.
THEIR_IDLE_SESSIONS = 5

Figures = dict[str, float]


class Evaluator(Protocol):
    """What a scenario needs of one session."""

    async def evaluate(self) -> None:
        """Evaluate `1+1` and wait for the result and the end."""

    async def close(self) -> None:
        """Leave."""


Session = TypeVar("Session", bound=Evaluator)


class OurSession:
    """A worksheet whose cell is `1+1`."""

    def __init__(self, sheet: Worksheet) -> None:
        self.sheet = sheet

    async def evaluate(self) -> None:
        """Run the cell and check what came."""
        pieces = await self.sheet.result()
        if "2" not in str(pieces):
            raise RuntimeError(f"1+1 gave {pieces}")

    async def use(self, source: str) -> None:
        """Evaluate something else."""
        await self.sheet.write(source)
        await self.sheet.result()

    async def close(self) -> None:
        """End the session, then the websocket."""
        await self.sheet.send("stop", document=self.sheet.document)
        await self.sheet.receive("session")
        await self.sheet.close()


class TheirSession:
    """A kernel that is asked for `1+1`."""

    def __init__(self, kernel: Kernel) -> None:
        self.kernel = kernel

    async def evaluate(self) -> None:
        """Execute and check what came."""
        if (text := await self.kernel.result("1+1")) != "2":
            raise RuntimeError(f"1+1 gave {text}")

    async def use(self, source: str) -> None:
        """Evaluate something else."""
        await self.kernel.result(source)

    async def close(self) -> None:
        """Shut the kernel down."""
        await self.kernel.close()


async def our_starts(site: Site, count: int) -> list[float]:
    """Seconds from asking for a ticket to the first result: connect, greet, open, start a session, evaluate."""
    times = []
    for _ in range(count):
        sheet = await site.sheet("1+1")
        workspace, document = site.workspace, sheet.document
        await sheet.close()
        watch = Stopwatch()
        session = OurSession(await site.open(workspace, document))
        await session.evaluate()
        times.append(watch.seconds)
        await session.close()
        # A person does not open the next worksheet in the same instant: the pool has time to refill.
        await asyncio.sleep(0.3)
    return times


async def our_open_starts(site: Site, count: int) -> list[float]:
    """Seconds from Shift-Enter in an open page without a session to its first result."""
    times = []
    for _ in range(count):
        session = OurSession(await site.sheet("1+1"))
        watch = Stopwatch()
        await session.evaluate()
        times.append(watch.seconds)
        await session.close()
        await asyncio.sleep(0.3)
    return times


async def their_starts(server: Server, count: int, kernel: str, code: str) -> list[float]:
    """Seconds from asking for a kernel to the first result."""
    times = []
    for _ in range(count):
        watch = Stopwatch()
        session = await server.kernel(kernel)
        if await session.result(code) != "2":
            raise RuntimeError("the kernel gave another result")
        times.append(watch.seconds)
        await session.close()
    return times


async def round_trips(session: Evaluator, count: int) -> list[float]:
    """Seconds of each of many small evaluations, one after the other."""
    times = []
    for number in range(count + 20):
        watch = Stopwatch()
        await session.evaluate()
        if number >= 20:
            times.append(watch.seconds)
    return times


async def throughput(
    sessions: Sequence[Evaluator],
    seconds: float,
    server: Callable[[], float],
    daemons: Callable[[], float],
    everything: Callable[[], float],
) -> Figures:
    """Evaluations a second of all sessions at once, and what they cost in processor time."""
    done = 0
    watch = Stopwatch()
    before = server(), daemons(), everything()

    async def loop(session: Evaluator) -> None:
        nonlocal done
        while watch.seconds < seconds:
            await session.evaluate()
            done += 1

    await asyncio.gather(*(loop(session) for session in sessions))
    elapsed = watch.seconds
    return {
        "evaluations_per_second": done / elapsed,
        "server_cpu_per_1000": (server() - before[0]) / done * 1000,
        "daemon_cpu_per_1000": (daemons() - before[1]) / done * 1000,
        "all_cpu_per_1000": (everything() - before[2]) / done * 1000,
    }


async def memory(
    start: Callable[[], Coroutine[Any, Any, Session]],
    use: Callable[[Session], Coroutine[Any, Any, Any]],
    pid: int,
    count: int,
) -> Figures:
    """What each of many sessions costs, idle and after an integral and a plot, in MiB.

    MemAvailable counts what the kernel spends on them too; PSS divides shared pages among those that share them.
    """
    first = await start()
    await first.evaluate()
    # Until what came before has saved itself and is gone.
    await asyncio.sleep(QUIET_SECONDS)
    before = available_mebibytes(), pss_mebibytes(tree(pid))
    sessions = []
    for _ in range(count):
        session = await start()
        await session.evaluate()
        sessions.append(session)
    await asyncio.sleep(3)
    idle = available_mebibytes(), pss_mebibytes(tree(pid))
    for session in sessions:
        await use(session)
    await asyncio.sleep(2)
    used = available_mebibytes()
    for session in (first, *sessions):
        await session.close()
    return {
        "available_mib": (before[0] - idle[0]) / count,
        "pss_mib": (idle[1] - before[1]) / count,
        "used_mib": (before[0] - used) / count,
    }


async def our_flood(site: Site) -> Figures:
    """Seconds until a cell that prints 20 MB is over, and how much of it arrived in the page."""
    sheet = await site.sheet(FLOOD)
    await sheet.result()
    watch = Stopwatch()
    pieces = await sheet.result()
    seconds = watch.seconds
    shown = sum(len(piece["body"].get("text", "")) for piece in pieces if piece["kind"] == "stream")
    spilled = sum(piece["body"]["bytes"] for piece in pieces if piece["kind"] == "spilled")
    await sheet.close()
    return {"seconds": seconds, "shown": shown, "kept_in_a_file": spilled, "lost": FLOOD_BYTES - shown - spilled}


async def their_flood(server: Server) -> Figures:
    """The same in a kernel."""
    kernel = await server.kernel()
    await kernel.result("1+1")
    watch = Stopwatch()
    shown = await kernel.stream_bytes(FLOOD)
    seconds = watch.seconds
    await kernel.close()
    return {"seconds": seconds, "shown": shown, "kept_in_a_file": 0, "lost": FLOOD_BYTES - shown}


async def our_interrupts(site: Site, count: int) -> list[float]:
    """Seconds from Stop to the end of the run."""
    sheet = await site.sheet("while True: pass")
    times = []
    for _ in range(count):
        run = await sheet.start()
        while (await sheet.receive("run_state"))["state"] != "running":
            pass
        await asyncio.sleep(0.2)
        watch = Stopwatch()
        await sheet.send("interrupt", document=sheet.document)
        state, _ = await sheet.until_over(run)
        times.append(watch.seconds)
        if state != "interrupted":
            raise RuntimeError(f"an interrupted run ended as {state}")
    await sheet.close()
    return times


async def their_interrupts(server: Server, count: int) -> list[float]:
    """The same in a kernel."""
    kernel = await server.kernel()
    times = []
    for _ in range(count):
        parent = await kernel.send("while True: pass")
        await asyncio.sleep(0.4)
        watch = Stopwatch()
        await kernel.interrupt()
        async for _message in kernel.messages(parent):
            pass
        times.append(watch.seconds)
    await kernel.close()
    return times


async def our_restarts(site: Site, count: int) -> list[float]:
    """Seconds from Restart to the first result of the fresh session."""
    session = OurSession(await site.sheet("1+1"))
    await session.evaluate()
    times = []
    for _ in range(count):
        await asyncio.sleep(0.5)
        watch = Stopwatch()
        await session.sheet.send("restart", document=session.sheet.document)
        await session.evaluate()
        times.append(watch.seconds)
    await session.close()
    return times


async def their_restarts(server: Server, count: int) -> list[float]:
    """The same in a kernel."""
    kernel = await server.kernel()
    await kernel.result("1+1")
    times = []
    for _ in range(count):
        watch = Stopwatch()
        await kernel.restart()
        await kernel.result("1+1")
        times.append(watch.seconds)
    await kernel.close()
    return times


def session_cpu(pid: int, names: Sequence[str]) -> tuple[Callable[[], float], Callable[[], float], Callable[[], float]]:
    """Return readings of processor time: the server's, with programs so named, and of everything below."""

    def server() -> float:
        return cpu_seconds(p for p in tree(pid) if p.pid == pid)

    def daemons() -> float:
        return cpu_seconds(p for p in tree(pid) if p.pid == pid or _named(p, names))

    return server, daemons, lambda: cpu_seconds(tree(pid))


def _named(process: Any, names: Sequence[str]) -> bool:
    try:
        line = " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return False
    return any(name in line for name in names)


async def floor_figures(starts: int, trips: int) -> dict[str, Spread]:
    """The floor's own figures."""
    floor.fork_to_result()
    return {
        "start": Spread.of([floor.fork_to_result() for _ in range(starts)]),
        "round_trip": Spread.of(await floor.echo_round_trips(trips)),
    }
