"""The id that travels from a click to the session it reaches, and stands in every log line on the way.

Minted at our border, never taken from outside; passed along explicitly.
"""

from __future__ import annotations

import re

_PATTERN = re.compile(r"[A-Za-z0-9_-]{1,64}")


def parse_correlation(text: object) -> str:
    """Return text if it has the form of a correlation id, else ""."""
    return text if isinstance(text, str) and _PATTERN.fullmatch(text) else ""
