"""The table that `make bench` prints: each figure beside the floor and beside Jupyter, with the bar it has to reach."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Results = dict[str, Any]


def milliseconds(name: str, field: str = "median") -> Callable[[Results], float]:
    """Return a reader of one time."""
    return lambda figures: float(getattr(figures[name], field))


def figure(name: str, field: str) -> Callable[[Results], float]:
    """Return a reader of one figure."""
    return lambda figures: float(figures[name][field])


# What is measured, unit, ours (set, reader), theirs (reader), the least ratio theirs/ours; None where there is no bar.
ROWS: list[tuple[str, str, str, Callable[[Results], float], Callable[[Results], float], float | None]] = [
    ("first result, cold", "ms", "python", milliseconds("start_cold"), milliseconds("start_cold"), None),
    ("first result, libraries loaded, against a bare kernel", "ms", "python", milliseconds("start"), milliseconds("start"), 25),
    ("… p95", "ms", "python", milliseconds("start", "p95"), milliseconds("start", "p95"), None),
    ("… against a kernel that imports them", "ms", "python", milliseconds("start"), milliseconds("start_libraries"), None),
    ("… in an open page", "ms", "python", milliseconds("start_in_open_page"), milliseconds("start"), None),
    ("first result, Sage", "ms", "sage", milliseconds("start"), milliseconds("start_sage"), 50),
    ("… in an open page", "ms", "sage", milliseconds("start_in_open_page"), milliseconds("start_sage"), None),
    ("round trip p50, Jupyter as shipped", "ms", "python", milliseconds("round_trip"), milliseconds("round_trip"), 25),
    ("… Nagle off", "ms", "python", milliseconds("round_trip"), milliseconds("round_trip_nodelay"), 2),
    ("… p95", "ms", "python", milliseconds("round_trip", "p95"), milliseconds("round_trip", "p95"), None),
    ("… p99", "ms", "python", milliseconds("round_trip", "p99"), milliseconds("round_trip", "p99"), None),
    ("… Sage, p50", "ms", "sage", milliseconds("round_trip"), milliseconds("round_trip"), None),
    ("CPU for 1,000 evaluations: the server process", "s", "python", figure("throughput", "server_cpu_per_1000"), figure("throughput", "server_cpu_per_1000"), 4),
    ("… with PostgreSQL and launcher", "s", "python", figure("throughput", "daemon_cpu_per_1000"), figure("throughput", "daemon_cpu_per_1000"), 4),
    ("… with the sessions", "s", "python", figure("throughput", "all_cpu_per_1000"), figure("throughput", "all_cpu_per_1000"), None),
    ("20 MB of output, as shipped", "s", "python", figure("flood", "seconds"), figure("flood", "seconds"), None),
    ("… Jupyter's limits lifted", "s", "python", figure("flood", "seconds"), figure("flood_lifted", "seconds"), 2),
    ("idle session, MemAvailable, against a bare kernel", "MiB", "python", figure("memory", "available_mib"), figure("memory", "available_mib"), None),
    ("… against a kernel with libraries", "MiB", "python", figure("memory", "available_mib"), figure("memory_libraries", "available_mib"), 15),
    ("… PSS", "MiB", "python", figure("memory", "pss_mib"), figure("memory_libraries", "pss_mib"), None),
    ("idle Sage session, MemAvailable", "MiB", "sage", figure("memory", "available_mib"), figure("memory_sage", "available_mib"), 12),
    ("… PSS", "MiB", "sage", figure("memory", "pss_mib"), figure("memory_sage", "pss_mib"), None),
    ("session after an integral and a plot", "MiB", "python", figure("memory", "used_mib"), figure("memory_libraries", "used_mib"), 3),
    ("… Sage", "MiB", "sage", figure("memory", "used_mib"), figure("memory_sage", "used_mib"), None),
    ("interrupt", "ms", "python", milliseconds("interrupt"), milliseconds("interrupt"), 4),
    ("restart to first result", "ms", "python", milliseconds("restart"), milliseconds("restart"), 25),
]  # fmt: skip


def table(results: Results) -> str:
    """Return the table as Markdown."""
    lines = [
        f"floor: fork to first result {results['floor']['start'].median:.1f} ms, "
        f"websocket echo {results['floor']['round_trip'].median:.2f} ms",
        "",
        "| figure | ours | Jupyter | ratio | at least | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for name, unit, which, mine, peer, bar in ROWS:
        if which not in results:
            continue
        try:
            ours, theirs = mine(results[which]), peer(results["jupyter"])
        except KeyError:
            continue
        lines.append(row(name, unit, ours, theirs, bar))
    ours = results["python"]["throughput"]["evaluations_per_second"]
    theirs = results["jupyter"]["throughput"]["evaluations_per_second"]
    lines.append(
        f"| evaluations a second, 20 sessions | {ours:,.0f} | {theirs:,.0f} | {ours / theirs:.1f} × | 10 × | {verdict(ours / theirs, 10)} |"
    )
    flood = results["python"]["flood"]
    lines.append(
        f"\n20 MB: {flood['shown']:,} bytes shown, {flood['kept_in_a_file']:,} kept in a file, {flood['lost']:,} lost"
    )
    return "\n".join(lines)


def row(name: str, unit: str, ours: float, theirs: float, bar: float | None) -> str:
    """Return one line: a ratio of 1/25 means that ours takes a twenty-fifth."""
    ratio = theirs / ours if ours > 0 else float("inf")
    wanted = f"1/{bar:g}" if bar else ""
    return f"| {name} | {ours:,.2f} {unit} | {theirs:,.2f} {unit} | 1/{ratio:.1f} | {wanted} | {verdict(ratio, bar)} |"


def verdict(ratio: float, bar: float | None) -> str:
    """Say whether a bar is reached."""
    if bar is None:
        return ""
    return "reached" if ratio >= bar else "missed"
