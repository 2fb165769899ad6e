"""The groups of scenarios by name, in the order in which `make bench` runs them."""

from __future__ import annotations

from types import ModuleType

from benchmarks.scenarios import flood, growth, hostile, interact, latency, many, memory, throughput, websockets

GROUPS: dict[str, ModuleType] = {
    "throughput": throughput,
    "latency": latency,
    "interact": interact,
    "flood": flood,
    "memory": memory,
    "websockets": websockets,
    "many": many,
    "growth": growth,
    "hostile": hostile,
}
# What `make bench` measures when it is not told: hostile accounts take ten minutes and are compared with nobody.
USUAL = tuple(name for name in GROUPS if name != "hostile")
