"""Why a session is over, in words and numbers that people read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagews.errors import CATALOGUE, Parameter, sentence
from sagews.model.sessions import Ending, Limits
from sagews.model.sizes import size_text

# What a person wished, or what happened to a session that did nothing wrong.
WISHED = frozenset({"stopped", "restarted", "idle", "shutdown"})
_SIZES = ("memory", "limit", "memory_limit", "peak_memory", "used", "disk_limit")


def ending_sentence(ending: Ending, limits: Limits) -> str:
    """Return the sentence for an ending; numbers that its detail lacks come from the session's limits."""
    code = f"ended-{ending.reason}"
    # A newer worker may know reasons that this backend does not.
    if code not in CATALOGUE:
        code = "ended-crash"
    return sentence(code, _numbers(ending.detail, limits))


def _numbers(detail: Mapping[str, Any], limits: Limits) -> dict[str, Parameter]:
    numbers: dict[str, Parameter] = {
        "memory_limit": size_text(limits.memory),
        "cpu_limit": limits.cpu_seconds,
        "disk_limit": size_text(limits.disk),
    }
    for key, value in detail.items():
        # The detail comes from a worker: only what fits into a sentence is taken.
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            continue
        if key in _SIZES and isinstance(value, int):
            numbers[key] = size_text(value)
        else:
            numbers[key] = value[:100] if isinstance(value, str) else value
    return numbers
