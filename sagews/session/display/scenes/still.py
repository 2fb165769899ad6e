"""Draws the still picture of a scene: what is seen before the page draws it, in print, and where nothing turns.

By painting from the farthest to the nearest: a ray tracer takes a second for what here takes a few hundredths.
"""

from __future__ import annotations

import io
from typing import Any

import matplotlib
import numpy
from PIL import Image, ImageDraw, ImageFont

from sagews.session.display.scenes.box import FRAME_EDGES, axes_of, corners_of, labels_of
from sagews.session.display.scenes.camera import Camera, camera_of
from sagews.session.display.scenes.geometry import Array, thinned
from sagews.session.display.scenes.scene import Mesh, Scene

WIDTH, HEIGHT = 560, 420
SCALE = 2
"""Pixels of the picture to one of the page, and of the drawing to one of the picture."""
MAX_DRAWN = 20_000
INK = (84, 91, 99)
LIGHT = numpy.array([-0.5, 0.6, 0.62])
_FONT = "DejaVuSans"


def picture(scene: Scene) -> tuple[bytes, int, int]:
    """Return a PNG of a scene, and its width and height on the page."""
    width, height = scene.options.get("size", (WIDTH, HEIGHT))
    large = min(SCALE * SCALE, 4000 // max(width, height))
    camera = camera_of(scene.bounds, scene.options)
    image = Image.new("RGB", (width * large, height * large), "white")
    _Painter(image, camera, large).paint(scene)
    image = image.resize((width * SCALE, height * SCALE), Image.Resampling.BOX)
    file = io.BytesIO()
    # Few colours, as in most plots, take a third of the bytes.
    image.quantize(256, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
    return file.getvalue(), width, height


class _Painter:
    """Collects everything as shapes with a depth, and draws the farthest first."""

    def __init__(self, image: Any, camera: Camera, large: int) -> None:
        self._draw = ImageDraw.Draw(image, "RGBA")
        self._size = image.size
        self._camera = camera
        self._large = large
        self._shapes: list[tuple[float, Any, Any, Any]] = []

    def paint(self, scene: Scene) -> None:
        """Draw a scene: of one that moves the first frame."""
        if scene.options["frame"]:
            self._frame(scene)
        if scene.options["axes"]:
            self._axes(scene)
        share = min(1.0, MAX_DRAWN / max(scene.triangles(), 1))
        for mesh in _first(scene.meshes):
            self._mesh(mesh, max(12, int(len(mesh.triangles) * share)))
        for line in _first(scene.lines):
            self._line(line)
        for each in _first(scene.points):
            self._points(each)
        for _, shape, place, look in sorted(self._shapes, key=lambda each: each[0]):
            shape(place, look)
        self._texts(scene)

    def _texts(self, scene: Scene) -> None:
        texts = [(text["text"], text["at"], text) for text in scene.texts if not text.get("keyframe")]
        if scene.options["frame"]:
            texts += [(text, at, {}) for text, at in labels_of(scene.bounds, scene.options)]
        for text, at, look in texts:
            self._text(text, at, look)

    def _pixels(self, positions: Array) -> tuple[Array, Array]:
        return self._camera.projected(numpy.asarray(positions, float), *self._size)

    def _frame(self, scene: Scene) -> None:
        places, depths = self._pixels(corners_of(scene.bounds))
        for a, b in FRAME_EDGES:
            depth = min(depths[a], depths[b])
            self._shapes.append((depth, self._stroke, [*places[a], *places[b]], (INK, 1)))

    def _axes(self, scene: Scene) -> None:
        for end in axes_of(scene.bounds):
            places, depths = self._pixels(numpy.stack([numpy.zeros(3), end]))
            self._shapes.append((min(depths), self._stroke, [*places[0], *places[1]], (INK, 1.5)))

    def _mesh(self, mesh: Mesh, most: int) -> None:
        positions, triangles, colors = mesh.positions, mesh.triangles, mesh.colors
        if len(triangles) > most:
            positions, triangles, kept = thinned(positions, triangles, most)
            colors = None if colors is None else colors[kept]
        shades = self._shades(positions, triangles, mesh, colors)
        places, depths = self._pixels(positions)
        near = depths[triangles].mean(axis=1)
        corners = places[triangles].reshape(-1, 6).tolist()
        fills = numpy.column_stack([shades, numpy.full(len(shades), round(255 * mesh.look["opacity"]))]).tolist()
        self._shapes += [
            (depth, self._triangle, place, tuple(fill))
            for depth, place, fill in zip(near.tolist(), corners, fills, strict=True)
        ]
        if mesh.edges is not None and positions is mesh.positions:
            lifted = depths[mesh.edges].mean(axis=1) + 0.01 * self._camera.radius
            strokes = places[mesh.edges].reshape(-1, 4).tolist()
            self._shapes += [
                (depth, self._stroke, place, ((40, 40, 40), 0.5))
                for depth, place in zip(lifted.tolist(), strokes, strict=True)
            ]

    def _shades(self, positions: Array, triangles: Array, mesh: Mesh, colors: Array | None) -> Array:
        """Return a colour for each triangle: brighter where it faces the light, whichever side is seen."""
        a, b, c = (positions[triangles[:, corner]] * self._camera.aspect for corner in range(3))
        normals = numpy.cross(b - a, c - a) @ self._camera.axes.T
        lengths = numpy.linalg.norm(normals, axis=1, keepdims=True)
        normals = normals / numpy.where(lengths == 0, 1, lengths)
        normals *= numpy.where(normals[:, 2:] < 0, -1, 1)
        light = 0.5 + 0.55 * numpy.clip(normals @ LIGHT, 0, 1)
        base = numpy.array([_rgb(mesh.look["color"])]) if colors is None else colors.astype(float)
        return numpy.clip(base * light.reshape(-1, 1), 0, 255).astype(int)

    def _line(self, line: Any) -> None:
        places, depths = self._pixels(line.positions)
        look = (_rgb(line.look["color"], line.look["opacity"]), line.look["linewidth"])
        start = 0
        for count in line.counts:
            for at in range(start, start + int(count) - 1):
                depth = max(depths[at], depths[at + 1])
                self._shapes.append((depth, self._stroke, [*places[at], *places[at + 1]], look))
            start += int(count)

    def _points(self, points: Any) -> None:
        places, depths = self._pixels(points.positions)
        look = (_rgb(points.look["color"], points.look["opacity"]), points.look["size"])
        self._shapes += [(depth, self._dot, place, look) for depth, place in zip(depths, places, strict=True)]

    def _triangle(self, place: Any, fill: Any) -> None:
        self._draw.polygon(place, fill=fill)

    def _stroke(self, place: Any, look: Any) -> None:
        color, width = look
        self._draw.line(place, fill=color, width=max(1, round(width * self._large)))

    def _dot(self, place: Any, look: Any) -> None:
        color, size = look
        half = max(1.0, size * self._large * 0.8)
        x, y = place
        self._draw.ellipse([x - half, y - half, x + half, y + half], fill=color)

    def _text(self, text: str, at: Any, look: Any) -> None:
        places, _ = self._pixels(numpy.array([at], float))
        font = ImageFont.truetype(_font(bool(look.get("bold"))), round(look.get("fontSize", 12) * self._large))
        color = _rgb(look["color"], look["opacity"]) if look else INK
        self._draw.text(tuple(places[0]), text, fill=color, font=font, anchor="mm")


def _first(parts: Any) -> Any:
    return [part for part in parts if not part.look.get("keyframe")]


def _rgb(color: str, opacity: float = 1.0) -> tuple[int, ...]:
    parts = tuple(int(color[at : at + 2], 16) for at in (1, 3, 5))
    return parts if opacity >= 1 else (*parts, round(255 * max(0.0, opacity)))


def _font(bold: bool) -> str:
    return f"{matplotlib.get_data_path()}/fonts/ttf/{_FONT}{'-Bold' if bold else ''}.ttf"
