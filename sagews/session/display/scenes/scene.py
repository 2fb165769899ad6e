"""A scene: what a page draws of a three-dimensional plot, and its form on the wire (docs/cells.md tells its fields).

Everything of one look is one part, however many objects it was: a graph of a thousand balls is drawn at once.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from typing import Any

import numpy

from sagews.session.display.scenes.geometry import Array

MIME = "text/vnd.sagews.scene"
VERSION = 1


@dataclass(slots=True)
class Mesh:
    """Triangles of one look.

    Attributes:
        look: color, opacity and the like, as in SURFACE of reading.py.
        positions: corners, n × 3.
        triangles: m × 3 numbers of corners.
        colors: m × 3 bytes, a colour for each triangle; None when all have that of the look.
        edges: k × 2 numbers of corners of lines that are drawn on it.
    """

    look: dict[str, Any]
    positions: Array
    triangles: Array
    colors: Array | None = None
    edges: Array | None = None


@dataclass(slots=True)
class Strokes:
    """Lines, or points, of one look; a line goes through so many positions as its count says."""

    look: dict[str, Any]
    positions: Array
    counts: Array | None = None


@dataclass(slots=True)
class Scene:
    """All parts.

    Attributes:
        bounds: the lowest and the highest corner of everything.
        options: how it is looked at, as in `options` of reading.py.
        told: a sentence about what was left out, or "".
    """

    options: dict[str, Any]
    meshes: list[Mesh] = field(default_factory=list)
    lines: list[Strokes] = field(default_factory=list)
    points: list[Strokes] = field(default_factory=list)
    texts: list[dict[str, Any]] = field(default_factory=list)
    bounds: Array = None
    told: str = ""

    def triangles(self) -> int:
        """Return how many triangles there are."""
        return sum(len(mesh.triangles) for mesh in self.meshes)

    def text(self) -> str:
        """Return the form on the wire: JSON, with arrays as base64 of little-endian numbers."""
        return json.dumps(
            {
                "version": VERSION,
                "bounds": numpy.round(self.bounds, 9).tolist(),
                "options": self.options,
                "meshes": [_mesh(mesh) for mesh in self.meshes],
                "lines": [_strokes(each) for each in self.lines],
                "points": [_strokes(each) for each in self.points],
                "texts": self.texts,
                "told": self.told,
            },
            separators=(",", ":"),
        )


def _mesh(mesh: Mesh) -> dict[str, Any]:
    told = {**mesh.look, "positions": packed(mesh.positions, "<f4"), "triangles": packed(mesh.triangles, "<u4")}
    if mesh.colors is not None:
        told["colors"] = packed(mesh.colors, "u1")
    if mesh.edges is not None:
        told["edges"] = packed(mesh.edges, "<u4")
    return told


def _strokes(strokes: Strokes) -> dict[str, Any]:
    told = {**strokes.look, "positions": packed(strokes.positions, "<f4")}
    if strokes.counts is not None:
        told["counts"] = packed(strokes.counts, "<u4")
    return told


def packed(array: Array, kind: str) -> str:
    """Return an array's numbers as base64."""
    return base64.b64encode(numpy.ascontiguousarray(array, kind).tobytes()).decode()
