"""An ordinary account beside a hostile one: what each pattern costs its cells, and how long the reactor was held.

The ordinary account edits and runs a small cell again and again. Stalls are the daemon's own figures, by the clock and
by the processor time of its thread: on a machine with other work only the second is the pattern's doing.
"""

from __future__ import annotations

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import aiohttp

from benchmarks.bench import Bench, Results
from benchmarks.hostile.__main__ import MODULES
from benchmarks.hostile.attack import PATTERNS
from benchmarks.measure import Spread, Stopwatch
from benchmarks.report import Row
from benchmarks.servers.workspaces import Site, Worksheet

PASSWORD = "no secret of anybody"  # noqa: S105 - of accounts that live as long as the benchmark
NEIGHBOUR = "neighbour@example.org"
# Of the ordinary account, between two cells.
PAUSE_SECONDS = 0.02
PREPARED_SECONDS = 60
LEFT_SECONDS = 15
ROWS: list[Row] = []


class Watch:
    """Reads the daemon's stalls once a second, which misses none."""

    def __init__(self, administrator: Site) -> None:
        self._administrator = administrator
        self._since = datetime.now(UTC)
        self.stalls: dict[str, Results] = {}

    async def look(self) -> None:
        """Take what has come."""
        for stall in (await self._administrator.reactor()).get("latest", []):
            if datetime.fromisoformat(stall["time"]) > self._since:
                self.stalls[stall["time"]] = stall

    async def go_on(self) -> None:
        """Look until it is cancelled."""
        while True:
            await asyncio.sleep(1)
            await self.look()

    def figures(self) -> Results:
        """Return the longest by the clock, and that which computed longest."""
        stalls = list(self.stalls.values())
        if not stalls:
            return {"stalls": 0}
        by_clock = max(stalls, key=lambda stall: stall["ms"])
        computing = max(stalls, key=lambda stall: stall["computing_ms"])
        return {
            "stalls": len(stalls),
            "clock": by_clock["ms"],
            "clock_computing": by_clock["computing_ms"],
            "computing": computing["computing_ms"],
            "where": computing["what"],
        }


@asynccontextmanager
async def member(administrator: Site, email: str) -> AsyncIterator[Site]:
    """Make an account and sign in."""
    body = {"email": email, "name": email, "password": PASSWORD}
    made = await administrator.post("/api/users", body)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        site = Site(administrator.pid, administrator.base, http)
        try:
            await site.sign_in_as(email, PASSWORD)
            yield site
        finally:
            # Its sessions end with it.
            await administrator.patch(f"/api/users/{made['user']['id']}", {"disabled": True})


async def cells(sheet: Worksheet, seconds: float) -> list[float]:
    """Edit and run one cell after the other; returns the seconds of each."""
    watch, times = Stopwatch(), []
    while watch.seconds < seconds:
        each = Stopwatch()
        await sheet.edit_and_run()
        times.append(each.seconds)
        await asyncio.sleep(PAUSE_SECONDS)
    return times


async def begun(process: Process) -> bool:
    """Wait until a hostile account has prepared itself; False if it could not."""
    line = await asyncio.wait_for(process.stdout.readline(), PREPARED_SECONDS)
    return line == b"begun\n"


async def left(process: Process) -> str:
    """Have a hostile account leave, and return what it counted; nothing if it waits too long for an answer."""
    try:
        done, _ = await asyncio.wait_for(process.communicate(b""), LEFT_SECONDS)
    except TimeoutError:
        return ""
    return done.decode().strip()


async def beside(name: str, administrator: Site, base: str, email: str, sheet: Worksheet, seconds: float) -> Results:
    """Measure one pattern."""
    command = [sys.executable, "-m", "benchmarks.hostile", name, base, email, PASSWORD]
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    try:
        if not await begun(process):
            return {"problem": f"it ended with {await process.wait()}"}
        watch = Watch(administrator)
        looking = asyncio.ensure_future(watch.go_on())
        times = await cells(sheet, seconds)
        looking.cancel()
        await watch.look()
        done = await left(process)
        spread = Spread.of(times).figures()
        return {**spread, "most": 1000 * max(times), **watch.figures(), "done": done}
    except TimeoutError:
        return {"problem": "it took too long to be prepared"}
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def chosen(parts: str) -> Iterator[list[str]]:
    """Return the names of the patterns that are wanted, those of each module together."""
    wanted = [part for part in parts.split(",") if part]
    for module in MODULES:
        names = [name for name, pattern in PATTERNS.items() if pattern.__module__ == module.__name__]
        fitting = [name for name in names if not wanted or any(part in name for part in wanted)]
        if fitting:
            yield fitting


async def measure(bench: Bench) -> Results:
    """Measure each pattern; a fresh daemon for each module of them, so that few late autosaves are in another's row."""
    results: Results = {}
    for names in chosen(bench.options.patterns):
        # The quotas that every account has: whoever measures is an administrator, and nobody else.
        async with bench.daemon() as administrator, member(administrator, NEIGHBOUR) as neighbour:
            sheet = await neighbour.session()
            sheet.prepare(4000)
            for number, name in enumerate(names):
                email = f"hostile{number}@example.org"
                async with member(administrator, email):
                    load = os.getloadavg()[0]
                    found = await beside(name, administrator, neighbour.base, email, sheet, bench.options.seconds)
                results[name] = {"load": load, **found}
                print(line(name, results[name]), flush=True)
    return results


HEAD = (
    "| pattern | load | cell p50, p95, max (ms) | stalls | longest by the clock (computing) | most computing |",
    "| --- | --- | --- | --- | --- | --- |",
)


def line(name: str, found: Results) -> str:
    """Return a pattern's row."""
    if "problem" in found:
        return f"| {name} | {found['load']:.0f} | {found['problem']} | | | |"
    cells = f"{found['median']:.0f}, {found['p95']:.0f}, {found['most']:.0f}"
    stalls = "| 0 | – | – |"
    if found["stalls"]:
        longest = f"{found['clock']:.0f} ({found['clock_computing']:.0f})"
        stalls = f"| {found['stalls']} | {longest} | {found['computing']:.0f} |"
    return f"| {name} | {found['load']:.0f} | {cells} {stalls}"


def lines(results: Results) -> list[str]:
    """Return the table, and below it where the piece was that computed longest."""
    patterns: dict[str, Any] = {name: found for name, found in results.items() if isinstance(found, dict)}
    where = [f"{name}: {found['where']}" for name, found in patterns.items() if found.get("where")]
    return [*HEAD, *(line(name, found) for name, found in patterns.items()), "", *where]
