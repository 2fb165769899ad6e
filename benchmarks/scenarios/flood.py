"""Twenty megabytes of output: how long they take, and that none is lost beyond a stated limit."""

from __future__ import annotations

from benchmarks.bench import Bench, Results
from benchmarks.measure import Stopwatch
from benchmarks.report import Bar, Row
from benchmarks.servers.jupyter import Server
from benchmarks.servers.workspaces import Site

FLOOD = "import sys\nfor i in range(20): sys.stdout.write(('x' * 99 + chr(10)) * 10_000)"
FLOOD_BYTES = 20_000_000


async def of_daemon(site: Site) -> Results:
    """Seconds until a cell that prints 20 MB is over, and how much of it arrived in the page."""
    sheet = await site.sheet(FLOOD)
    await sheet.result()
    watch = Stopwatch()
    pieces = await sheet.result()
    seconds = watch.seconds
    shown = sum(len(piece["body"].get("text", "")) for piece in pieces if piece["kind"] == "stream")
    spilled = sum(piece["body"]["bytes"] for piece in pieces if piece["kind"] == "spilled")
    await sheet.stop()
    return {"seconds": seconds, "shown": shown, "kept_in_a_file": spilled, "lost": FLOOD_BYTES - shown - spilled}


async def of_kernel(server: Server) -> Results:
    """The same in a kernel."""
    kernel = await server.kernel()
    await kernel.result("1+1")
    watch = Stopwatch()
    shown = await kernel.stream_bytes(FLOOD)
    seconds = watch.seconds
    await kernel.close()
    return {"seconds": seconds, "shown": shown, "kept_in_a_file": 0, "lost": FLOOD_BYTES - shown}


async def measure(bench: Bench) -> Results:
    """Measure both; Jupyter as shipped, and with its limits lifted."""
    results: Results = {}
    async with bench.daemon() as site:
        results["ours"] = await of_daemon(site)
    if bench.jupyter_wanted:
        async with bench.jupyter() as server:
            results["jupyter"] = await of_kernel(server)
        async with bench.jupyter(nodelay=True, lifted=True) as server:
            results["lifted"] = await of_kernel(server)
    return results


ROWS = [
    Row("20 MB of output, Jupyter as shipped", "s", "ours.seconds", "", "jupyter.seconds"),
    Row("… Jupyter's limits lifted", "s", "ours.seconds", "", "lifted.seconds", (Bar("jupyter", 1 / 2),)),
    Row("… shown in the page", "bytes", "ours.shown", "", "jupyter.shown"),
    Row("… lost", "bytes", "ours.lost", "", "jupyter.lost", (Bar("ours", 0),)),
]
