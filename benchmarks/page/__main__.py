"""`make bench ARGUMENTS=page`: how fast the page starts and answers each key, beside JupyterLab."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from benchmarks.page.chromium import UNLIMITED, chromium
from benchmarks.page.keys import floor, key_presses
from benchmarks.page.peer import jupyterlab
from benchmarks.page.sheet import CELLS, long_sheet
from benchmarks.page.starts import Address, starts
from benchmarks.page.tables import tables
from benchmarks.servers.workspaces import Site, daemon

Figures = dict[str, Any]


def address(site: Site, workspace: str, document: str) -> Address:
    """Return a worksheet's address, as whom the benchmark is signed in."""
    cookies = [{"name": each.key, "value": each.value, "url": site.base} for each in site.http.cookie_jar]
    secret = json.dumps(site.headers["X-Sagews-Secret"])
    script = f"if (window.top === window && location.protocol === 'http:') localStorage['sagews.secret'] = {secret};"
    return Address(f"{site.base}/w/{workspace}/{document}", cookies, script)


def always(place: Address) -> Callable[[], Awaitable[Address]]:
    """Return a way to the same place each time."""

    async def where() -> Address:
        return place

    return where


async def ours(site: Site, options: argparse.Namespace) -> Figures:
    """Measure Sage Workspaces."""
    figures: Figures = {}

    async def empty() -> Address:
        return address(site, *await site.document())

    sheet = address(site, *await long_sheet(site, options.cells))
    async with chromium() as browser:
        if "starts" in options.parts:
            figures["empty"] = await starts(browser, empty, "benchmarkEditor", options.starts)
            figures["sheet"] = await starts(browser, always(sheet), "benchmarkSheet", options.starts)
        if "keys" in options.parts:
            figures["floor"] = await floor(browser, options.presses)
            for name, printing in (("keys", False), ("keys_printing", True)):
                figures[name] = await key_presses(browser, sheet, options.presses, printing=printing)
    if "keys" in options.parts:
        async with chromium(UNLIMITED) as browser:
            figures["floor_unlimited"] = await floor(browser, options.presses)
            for name, printing in (("keys_unlimited", False), ("keys_printing_unlimited", True)):
                figures[name] = await key_presses(browser, sheet, options.presses, printing=printing)
    return figures


async def measure(options: argparse.Namespace) -> Figures:
    """Measure both, one after the other."""
    built = json.loads(os.environ["SAGEWS_ENVIRONMENTS"])
    figures: Figures = {"load": os.getloadavg(), "time": datetime.now(UTC).isoformat()}
    async with daemon(options.daemon, {"python": built["python"]}, {}) as site:
        figures["ours"] = await ours(site, options)
    if "peer" in options.parts:
        async with jupyterlab() as lab, chromium() as browser:
            figures["jupyterlab"] = await starts(browser, always(lab), "benchmarkEditor", options.starts)
    return figures


def main() -> None:
    """Measure, print and write."""
    parser = argparse.ArgumentParser(prog="make bench ARGUMENTS=page", description=__doc__)
    parser.add_argument("--daemon", required=True, help="the daemon's virtual environment")
    parser.add_argument("--cells", type=int, default=CELLS)
    parser.add_argument("--starts", type=int, default=7)
    parser.add_argument("--presses", type=int, default=200)
    parser.add_argument("--parts", nargs="+", default=["starts", "keys", "peer"], choices=["starts", "keys", "peer"])
    parser.add_argument("--output", default="benchmarks/results")
    options = parser.parse_args()
    figures = asyncio.run(measure(options))
    print(tables(figures))
    folder = Path(options.output)
    folder.mkdir(parents=True, exist_ok=True)
    name = folder / f"page-{datetime.now(UTC):%Y-%m-%dT%H%M}.json"
    name.write_text(json.dumps(figures, default=vars, indent=1), encoding="utf-8")
    print(f"\nwritten to {name}")


if __name__ == "__main__":
    main()
