"""`make bench`: runs every scenario, prints a table with ratios, and writes the figures as JSON."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks import scenarios as s
from benchmarks.jupyter import jupyter
from benchmarks.measure import Spread
from benchmarks.report import table
from benchmarks.workspaces import Site, daemon

Results = dict[str, Any]

# What their idle sessions have loaded: a name for the figures, the kernel, what it evaluates first.
KERNELS = (("memory", "python3", "1+1"), ("memory_libraries", "python3", s.LIBRARIES), ("memory_sage", "sage", "1+1"))


def machine() -> dict[str, Any]:
    """Say what this was measured on."""
    model = next(
        (line.split(":")[1].strip() for line in Path("/proc/cpuinfo").read_text().splitlines() if "model name" in line),
        "?",
    )
    return {"cores": os.cpu_count(), "cpu": model, "kernel": platform.release(), "python": platform.python_version()}


async def ours(site: Site, counts: argparse.Namespace, *, sage: bool) -> Results:
    """Every scenario against Sage Workspaces."""
    figures: Results = {}
    cold = await s.our_starts(site, 1)
    figures["start_cold"] = Spread.of(cold)
    figures["start"] = Spread.of(await s.our_starts(site, counts.starts))
    figures["start_in_open_page"] = Spread.of(await s.our_open_starts(site, counts.starts))
    session = s.OurSession(await site.sheet("1+1"))
    figures["round_trip"] = Spread.of(await s.round_trips(session, counts.trips))
    await session.close()
    sessions = [s.OurSession(await site.sheet("1+1")) for _ in range(s.SESSIONS)]
    for each in sessions:
        await each.evaluate()
    reading = s.session_cpu(site.process.pid, ["postgres", "launcher"])
    figures["throughput"] = await s.throughput(sessions, counts.seconds, *reading)
    for each in sessions:
        await each.close()
    figures["flood"] = await s.our_flood(site)
    figures["interrupt"] = Spread.of(await s.our_interrupts(site, counts.restarts))
    figures["restart"] = Spread.of(await s.our_restarts(site, counts.restarts))

    async def start() -> s.OurSession:
        return s.OurSession(await site.sheet("1+1"))

    real_use = s.REAL_USE["sage" if sage else "python"]
    figures["memory"] = await s.memory(start, lambda one: one.use(real_use), site.process.pid, s.IDLE_SESSIONS)
    return figures


async def theirs(counts: argparse.Namespace, sage: str | None) -> Results:
    """Every scenario against Jupyter."""
    figures: Results = {}
    async with jupyter(sage=sage) as server:
        figures["start_cold"] = Spread.of(await s.their_starts(server, 1, "python3", "1+1"))
        figures["start"] = Spread.of(await s.their_starts(server, counts.their_starts, "python3", "1+1"))
        figures["start_libraries"] = Spread.of(
            await s.their_starts(server, counts.their_starts, "python3", s.LIBRARIES)
        )
        if sage:
            figures["start_sage"] = Spread.of(await s.their_starts(server, counts.their_starts, "sage", "1+1"))
        session = s.TheirSession(await server.kernel())
        figures["round_trip"] = Spread.of(await s.round_trips(session, counts.trips // 5))
        await session.close()
        sessions = [s.TheirSession(await server.kernel()) for _ in range(s.SESSIONS)]
        for each in sessions:
            await each.evaluate()
        reading = s.session_cpu(server.process.pid, [])
        figures["throughput"] = await s.throughput(sessions, counts.seconds, *reading)
        for each in sessions:
            await each.close()
        figures["flood"] = await s.their_flood(server)
        figures["interrupt"] = Spread.of(await s.their_interrupts(server, counts.restarts))
        figures["restart"] = Spread.of(await s.their_restarts(server, counts.restarts))
        for name, kernel, code in KERNELS:
            if kernel == "sage" and not sage:
                continue

            async def start(kernel: str = kernel, code: str = code) -> s.TheirSession:
                session = await server.kernel(kernel)
                await session.result(code)
                return s.TheirSession(session)

            async def use(one: s.TheirSession, kernel: str = kernel) -> None:
                await one.use(s.REAL_USE["sage" if kernel == "sage" else "python"])

            figures[name] = await s.memory(start, use, server.process.pid, s.THEIR_IDLE_SESSIONS)
    async with jupyter(nodelay=True, lifted=True) as server:
        session = s.TheirSession(await server.kernel())
        figures["round_trip_nodelay"] = Spread.of(await s.round_trips(session, counts.trips // 5))
        await session.close()
        figures["flood_lifted"] = await s.their_flood(server)
    return figures


async def measure(options: argparse.Namespace) -> Results:
    """Run everything, one after the other, so that nothing disturbs anything else."""
    built = json.loads(os.environ["SAGEWS_ENVIRONMENTS"])
    results: Results = {"machine": machine(), "time": datetime.now(UTC).isoformat(), "load": os.getloadavg()}
    results["floor"] = await s.floor_figures(50, options.trips)
    python_only = {"python": built["python"]}
    async with daemon(options.daemon, python_only) as site:
        results["python"] = await ours(site, options, sage=False)
    if "sage" in built:
        async with daemon(options.daemon, built) as site:
            results["sage"] = await ours(site, options, sage=True)
    results["jupyter"] = await theirs(options, built.get("sage"))
    return results


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--daemon", required=True, help="the daemon's virtual environment")
    parser.add_argument("--starts", type=int, default=30)
    parser.add_argument("--their-starts", type=int, default=5)
    parser.add_argument("--trips", type=int, default=500)
    parser.add_argument("--seconds", type=float, default=8)
    parser.add_argument("--restarts", type=int, default=7)
    parser.add_argument("--output", default="benchmarks/results")
    options = parser.parse_args()
    results = asyncio.run(measure(options))
    print(table(results))
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / f"{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    name.write_text(json.dumps(results, default=vars, indent=1), encoding="utf-8")
    print(f"\nwritten to {name}")


if __name__ == "__main__":
    main()
