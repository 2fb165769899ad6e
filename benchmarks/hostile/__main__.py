"""The process of one hostile account: prepares a pattern, says "begun", goes on until its standard input ends.

It is started as `python -m benchmarks.hostile PATTERN SITE EMAIL PASSWORD`.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys

import aiohttp

from benchmarks.hostile import channels, edits, programs, sockets
from benchmarks.hostile.attack import PATTERNS, Attack
from benchmarks.servers.workspaces import Site

MODULES = (edits, programs, sockets, channels)


async def until_told() -> None:
    """Wait for the end of standard input."""
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)


async def attack(name: str, base: str, email: str, password: str) -> None:
    """Do what a pattern says; its figures go to standard output."""
    limits = aiohttp.TCPConnector(limit=64)
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True), connector=limits) as http:
        site = Site(0, base, http)
        await site.sign_in_as(email, password)
        attack = Attack(site)
        told = asyncio.ensure_future(until_told())
        work = asyncio.ensure_future(PATTERNS[name](attack))
        started = asyncio.ensure_future(attack.started.wait())
        await asyncio.wait((started, work), return_when=asyncio.FIRST_COMPLETED)
        if started.done():
            print("begun", flush=True)
            await asyncio.wait((told, work), return_when=asyncio.FIRST_COMPLETED)
        if work.done():
            # It goes on until it is cancelled, so it failed.
            await work
        work.cancel()
        print(json.dumps({**attack.done, **attack.refused}), flush=True)
        await attack.leave()


def main() -> None:
    """Run one pattern; it leaves what it has of the processors to the others, as a machine elsewhere would."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    os.nice(5)
    asyncio.run(attack(*sys.argv[1:5]))
    # The thread that reads standard input may still wait.
    os._exit(0)


if __name__ == "__main__":
    main()
