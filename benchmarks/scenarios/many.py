"""Ten thousand idle websockets, held through pings."""

from __future__ import annotations

from benchmarks.bench import Bench, Results
from benchmarks.report import Bar, Row
from benchmarks.scenarios.websockets import MANY, bare


async def measure(bench: Bench) -> Results:
    """Measure ours alone."""
    async with bench.daemon() as site:
        return {"ours": await bare(site, MANY)}


ROWS = [
    Row(f"{MANY:,} idle websockets: alive through pings", "", "ours.alive", bars=(Bar("ours", MANY),), more=True),
    Row("… memory of the server for each", "KB", "ours.kilobytes_each", bars=(Bar("ours", 15, 12),)),
    Row("… processor of the server", "cores", "ours.server_cores"),
    Row("… with PostgreSQL and launcher", "cores", "ours.daemon_cores"),
    Row("… opened a second", "", "ours.opened_per_second"),
]
