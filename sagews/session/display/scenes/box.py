"""The frame around a scene: its edges, and the words and numbers beside three of them.

The page has the same in static/src/outputs/scene/box.ts.
"""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from typing import Any

import numpy

from sagews.session.display.scenes.geometry import Array

CORNERS = list(product((0, 1), repeat=3))
FRAME_EDGES = [
    (a, b)
    for a in range(8)
    for b in range(a + 1, 8)
    if sum(x != y for x, y in zip(CORNERS[a], CORNERS[b], strict=True)) == 1
]
OFFSET = 0.1
"""How far from the frame words stand, in lengths of an edge."""


def widened(bounds: Array) -> Array:
    """Return bounds that have an extent along each axis."""
    low, high = numpy.asarray(bounds, float)
    flat = low == high
    return numpy.stack([numpy.where(flat, low - 1, low), numpy.where(flat, high + 1, high)])


def corners_of(bounds: Array) -> Array:
    """Return the eight corners."""
    ends = widened(bounds)
    return numpy.array([[ends[end][axis] for axis, end in enumerate(corner)] for corner in CORNERS])


def axes_of(bounds: Array) -> Array:
    """Return where the three axes end that begin at the origin."""
    return numpy.diag(numpy.maximum(numpy.abs(widened(bounds)).max(axis=0), 1e-9))


def labels_of(bounds: Array, options: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Return what is written beside the frame, and where: along each axis both ends, and its name with the middle."""
    low, high = widened(bounds)
    middle = (low + high) / 2
    beside = OFFSET * (high - low)
    names, decimals = options["labels"], options["decimals"]
    found: list[tuple[str, Any]] = []
    for axis, name in enumerate(names):
        for value, told in ((middle[axis], f"{name} = "), (low[axis], ""), (high[axis], "")):
            at = [
                (high[0], high[0] + beside[0], high[0])[axis],
                (high[1] + beside[1], high[1], low[1] - beside[1])[axis],
                low[2],
            ]
            at[axis] = value
            found.append((told + number(value, decimals), at))
    return found


def number(value: float, decimals: int) -> str:
    """Write a number with so many decimals; a zero has no sign."""
    text = f"{value:.{decimals}f}"
    return text[1:] if text.startswith("-") and not text.strip("-0.") else text
