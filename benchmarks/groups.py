"""The groups of scenarios by name, in the order in which `make bench` runs them."""

from __future__ import annotations

from types import ModuleType

from benchmarks.scenarios import flood, growth, latency, many, memory, throughput, websockets

GROUPS: dict[str, ModuleType] = {
    "throughput": throughput,
    "latency": latency,
    "flood": flood,
    "memory": memory,
    "websockets": websockets,
    "many": many,
    "growth": growth,
}
