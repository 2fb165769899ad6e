"""Sage's numbers where libraries of others expect Python's: `x = [1, 2.5]` in a Sage cell is a list of Sage's numbers.

Figures and requests are made of such lists, and are sent as JSON by libraries that know nothing of Sage.
"""

from __future__ import annotations

import json
import numbers
from typing import Any


def teach_json() -> None:
    """Let every encoder of the standard library write Sage's integers and reals as numbers; once for a process."""
    known = json.JSONEncoder.default

    def default(self: json.JSONEncoder, value: Any) -> Any:
        if type(value).__module__.startswith("sage."):
            if isinstance(value, numbers.Integral):
                return int(value)
            if isinstance(value, numbers.Real):
                return float(value)
        return known(self, value)

    json.JSONEncoder.default = default  # type: ignore[method-assign, assignment]
