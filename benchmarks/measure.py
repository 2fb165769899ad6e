"""Numbers: medians, percentiles, CPU time and memory of process trees, read from the kernel."""

from __future__ import annotations

import socket
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import psutil


def free_port() -> int:
    """Return a port of loopback that nobody uses now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def percentile(values: Sequence[float], percent: float) -> float:
    """Return a percentile by nearest rank."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


@dataclass(frozen=True)
class Spread:
    """Times of one thing done many times, in milliseconds."""

    median: float
    p95: float
    p99: float
    least: float
    count: int

    @classmethod
    def of(cls, seconds: Sequence[float]) -> Spread:
        """Summarise times in seconds."""
        values = [1000 * s for s in seconds]
        return cls(statistics.median(values), percentile(values, 95), percentile(values, 99), min(values), len(values))

    def figures(self) -> dict[str, float]:
        """Return them by name, for the results."""
        return asdict(self)


def tree(pid: int) -> list[psutil.Process]:
    """Return a process and everything below it that is alive."""
    try:
        top = psutil.Process(pid)
        return [top, *top.children(recursive=True)]
    except psutil.NoSuchProcess:
        return []


def cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return user and system time used so far."""
    total = 0.0
    for process in processes:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += times.user + times.system
    return total


def precise_cpu_seconds(processes: Iterable[psutil.Process]) -> float:
    """Return the time on a processor so far, from the scheduler: to the nanosecond instead of to a tick of 10 ms."""
    total = 0
    for process in processes:
        for task in Path(f"/proc/{process.pid}/task").glob("*/schedstat"):
            try:
                total += int(task.read_text(encoding="ascii").split()[0])
            except OSError:
                continue
    return total / 1e9


def pss_mebibytes(processes: Iterable[psutil.Process]) -> float:
    """Return the proportional set size: shared pages divided among those that share them."""
    total = 0
    for process in processes:
        try:
            rollup = Path(f"/proc/{process.pid}/smaps_rollup").read_text(encoding="ascii")
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in rollup.splitlines() if line.startswith("Pss:"))
    return total / 1024


def available_mebibytes() -> float:
    """Return the kernel's estimate of memory that new programs could have."""
    for line in Path("/proc/meminfo").read_text(encoding="ascii").splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) / 1024
    raise RuntimeError("MemAvailable is missing from /proc/meminfo")


class Stopwatch:
    """Seconds since it was made."""

    def __init__(self) -> None:
        self.start = time.perf_counter()

    @property
    def seconds(self) -> float:
        """The time that has passed."""
        return time.perf_counter() - self.start
