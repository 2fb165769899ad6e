"""Triangles as arrays: made of Sage's faces, without what is not finite, and made fewer where there are too many.

Pure: numpy arrays in, numpy arrays out, so that it can be tested without Sage.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import numpy

Array = Any


def triangles_of(faces: Sequence[Sequence[int]]) -> tuple[Array, Array]:
    """Return the triangles of convex faces, and for each the number of its face."""
    by_corners: dict[int, list[int]] = {}
    for number, face in enumerate(faces):
        if len(face) > 2:
            by_corners.setdefault(len(face), []).append(number)
    triangles, owners = [numpy.empty((0, 3), numpy.int64)], [numpy.empty(0, numpy.int64)]
    for corners, numbers in by_corners.items():
        table = numpy.array([faces[number] for number in numbers], numpy.int64)
        for second in range(1, corners - 1):
            triangles.append(table[:, [0, second, second + 1]])
            owners.append(numpy.array(numbers, numpy.int64))
    order = numpy.argsort(numpy.concatenate(owners), kind="stable")
    return numpy.concatenate(triangles)[order], numpy.concatenate(owners)[order]


def edges_of(faces: Iterable[Sequence[int]]) -> Array:
    """Return the edges of faces, each once, as pairs of corners."""
    pairs = [
        (min(a, b), max(a, b)) for face in faces for a, b in zip(face, [*face[1:], *face[:1]], strict=True) if a != b
    ]
    return numpy.unique(numpy.array(pairs, numpy.int64).reshape(-1, 2), axis=0)


def is_drawable(positions: Array, triangles: Array) -> Array:
    """Return of each triangle whether its three corners are points of the space."""
    return numpy.isfinite(positions).all(axis=1)[triangles].all(axis=1)


def thinned(positions: Array, triangles: Array, most: int) -> tuple[Array, Array, Array]:
    """Make triangles fewer: corners that lie near each other become one, in the middle of them.

    Args:
        positions: corners, n × 3, all finite.
        triangles: m × 3 numbers of corners.
        most: triangles to end with, about; never more than twice as many.

    Returns:
        The new corners, the new triangles, and of each of these which of the old ones it was.
    """
    low, size = positions.min(axis=0), positions.max(axis=0) - positions.min(axis=0)
    longest = float(size.max()) or 1.0
    cells = max(2.0, (most / 2) ** 0.5)
    while True:
        spots = numpy.floor((positions - low) / longest * cells).astype(numpy.int64)
        _, group = numpy.unique(spots, axis=0, return_inverse=True)
        group = group.reshape(-1)
        joined = group[triangles]
        a, b, c = joined.T
        kept = numpy.flatnonzero((a != b) & (b != c) & (a != c))
        _, first = numpy.unique(numpy.sort(joined[kept], axis=1), axis=0, return_index=True)
        kept = kept[numpy.sort(first)]
        if len(kept) <= most or cells <= 2:
            break
        cells = max(2.0, cells * 0.8)
    counts = numpy.bincount(group).reshape(-1, 1)
    middles = numpy.stack([numpy.bincount(group, positions[:, axis]) for axis in range(3)], axis=1) / counts
    return middles, joined[kept], kept


def compacted(positions: Array, numbers: Array) -> tuple[Array, Array]:
    """Leave out the corners that nothing refers to."""
    used, renumbered = numpy.unique(numbers, return_inverse=True)
    return positions[used], renumbered.reshape(numbers.shape)


def welded(positions: Array, numbers: Array) -> tuple[Array, Array]:
    """Make corners at the same place one: loose triangles become as smooth as those that know their neighbours."""
    places, group = numpy.unique(positions.astype(numpy.float32), axis=0, return_inverse=True)
    return places.astype(float), group.reshape(-1)[numbers]
