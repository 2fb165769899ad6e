"""From where a scene is looked at before anybody turns it: as Sage's own viewer does.

The page has the same in static/src/outputs/scene/orbit.ts.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy

from sagews.session.display.scenes.geometry import Array

FIELD = math.radians(45)
"""The angle that is seen from top to bottom."""
FIT = 1.12
"""How much farther away than so that the corners fit: the words beside the frame have to, too."""


@dataclass(slots=True)
class Camera:
    """Where points come to lie in a picture.

    Attributes:
        aspect: what each axis is multiplied with first.
        center: the middle of what is seen, in stretched coordinates.
        eye: where it is seen from.
        axes: rows to the right, up, and towards the eye.
        radius: from the middle to a corner of the bounds.
        flat: without perspective.
        zoom: how much larger than so that everything fits.
    """

    aspect: Array
    center: Array
    eye: Array
    axes: Array
    radius: float
    flat: bool
    zoom: float

    def projected(self, positions: Array, width: int, height: int) -> tuple[Array, Array]:
        """Return pixels (x to the right, y down), and how near each point is (larger is nearer)."""
        seen = (positions * self.aspect - self.eye) @ self.axes.T
        depth = numpy.maximum(-seen[:, 2], 1e-9)
        half = min(width, height) / 2
        if self.flat:
            scale = numpy.full(len(seen), half / self.radius)
        else:
            scale = half / math.tan(FIELD / 2) / depth
        pixels = seen[:, :2] * (scale * self.zoom).reshape(-1, 1)
        return numpy.stack([width / 2 + pixels[:, 0], height / 2 - pixels[:, 1]], axis=1), -depth


def camera_of(bounds: Array, options: Mapping[str, Any]) -> Camera:
    """Return the camera of a scene's bounds and options."""
    aspect = numpy.array(options["aspect"], float)
    low, high = bounds * aspect
    flat = high == low
    low, high = numpy.where(flat, low - 1, low), numpy.where(flat, high + 1, high)
    center = (low + high) / 2
    radius = FIT * float(numpy.linalg.norm(high - low)) / 2
    direction, up = _direction(options.get("viewpoint"))
    right = numpy.cross(up, direction)
    right /= numpy.linalg.norm(right)
    axes = numpy.stack([right, numpy.cross(direction, right), direction])
    eye = center + direction * radius / math.sin(FIELD / 2)
    return Camera(aspect, center, eye, axes, radius, options["projection"] == "orthographic", options["zoom"])


def _direction(viewpoint: list[float] | None) -> tuple[Array, Array]:
    """Return the unit vector to the eye, and what is up."""
    up = numpy.array([0.0, 0.0, 1.0])
    direction = numpy.array(
        [
            math.sin(math.pi / 3) * math.cos(math.pi / 5),
            math.sin(math.pi / 3) * math.sin(math.pi / 5),
            math.cos(math.pi / 3),
        ]
    )
    if viewpoint is not None and (length := float(numpy.linalg.norm(viewpoint[:3]))) > 0:
        axis, angle = numpy.array(viewpoint[:3]) / length, -math.radians(viewpoint[3])
        # Rodrigues' formula, of the vector that points up.
        direction = (
            up * math.cos(angle) + numpy.cross(axis, up) * math.sin(angle) + axis * axis[2] * (1 - math.cos(angle))
        )
    if abs(direction[2]) > 1 - 1e-9:
        up = numpy.array([0.0, 1.0, 0.0])
    return direction, up
