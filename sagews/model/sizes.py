"""Sizes as people read them: the same words in what a server says as in what pages show."""

from __future__ import annotations

_UNITS = ("KB", "MB", "GB", "TB")


def size_text(size: int) -> str:
    """Return a size in bytes as "412 MB" or "1.5 GB"; units are 1024 of the one before."""
    if size < 1024:
        return f"{size} B"
    value, unit = size / 1024, 0
    while value >= 1000 and unit < len(_UNITS) - 1:
        value, unit = value / 1024, unit + 1
    text = f"{value:.1f}".removesuffix(".0") if value < 10 else f"{value:.0f}"
    return f"{text} {_UNITS[unit]}"
