"""What the daemon tells, as lines that can't play with the terminal."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def safe(value: object) -> str:
    """Return text in which control characters, escape codes and direction marks are written out."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(value))


def lines_of(value: Any, indent: str = "") -> Iterator[str]:
    """Return nested values as indented lines."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            if isinstance(inner, (Mapping, list)) and inner:
                yield f"{indent}{safe(key)}:"
                yield from lines_of(inner, indent + "  ")
            else:
                yield f"{indent}{safe(key)}: {_scalar(inner)}"
    elif isinstance(value, list):
        for inner in value:
            first, *rest = list(lines_of(inner, indent + "  ")) or [indent]
            yield f"{indent}- {first.strip()}"
            yield from rest
    else:
        yield f"{indent}{_scalar(value)}"


def _scalar(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "-" if value is None or value in ({}, []) else safe(value)
