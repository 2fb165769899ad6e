"""Reads a plot of Sage: from what its objects tell three.js to a bounded scene.

Sage's own page for three.js is a program of its own, which names a host to load from; the same data is shown by ours.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import numpy
from sage.plot.colors import Color

from sagews.session.display.scenes.geometry import (
    Array,
    compacted,
    edges_of,
    is_drawable,
    thinned,
    triangles_of,
    welded,
)
from sagews.session.display.scenes.scene import Mesh, Scene, Strokes

# In base64 a triangle takes about thirty bytes, of the three megabytes that may be shown at once; a page draws this
# many without a graphics processor too.
MAX_TRIANGLES = 50_000
MAX_WEIGHT = 110_000
"""Triangles and corners together: where nothing is shared there are three corners to each."""
LEAST_SHARE = 12
"""Triangles that even the smallest of many things keeps: a ball stays a ball."""
MAX_EDGES = 30_000
MAX_POSITIONS = 40_000
MAX_PARTS = 1000
MAX_TEXTS = 1000
MAX_FRAMES = 500
LABEL = 100
LARGE = 1e30

_SURFACE = {"opacity": 1.0, "linewidth": 1.0, "renderOrder": 0.0}
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def scene_of(plot: Any, given: Mapping[str, Any]) -> Scene | None:
    """Return the scene of a plot, or None when there is nothing to draw.

    Args:
        plot: a Graphics3d.
        given: options of `show`, beside those that the plot has itself.
    """
    parts = plot.threejs_repr(plot.default_render_params())
    scene = Scene(options(plot._process_viewing_options(dict(given))))
    surfaces = [each for kind, each in parts if kind == "surface"]
    scene.meshes, all_triangles = _meshes(surfaces)
    scene.lines, lines_left = _strokes([each for kind, each in parts if kind == "line"], "points", "linewidth")
    scene.points, points_left = _strokes([each for kind, each in parts if kind == "point"], "point", "size")
    scene.texts = [_text(each) for kind, each in parts if kind == "text"][:MAX_TEXTS]
    placed = [mesh.positions for mesh in scene.meshes]
    placed += [strokes.positions for strokes in (*scene.lines, *scene.points)]
    placed += [numpy.array([text["at"]]) for text in scene.texts]
    if not placed:
        return None
    everything = numpy.concatenate(placed)
    scene.bounds = numpy.stack([everything.min(axis=0), everything.max(axis=0)])
    _keep_parts(scene)
    scene.told = _told(scene.triangles(), all_triangles, lines_left + points_left)
    return scene


def options(shown: Mapping[str, Any]) -> dict[str, Any]:
    """Return how a plot is looked at: Sage's options of the same names, each of the form that the page expects."""
    told: dict[str, Any] = {
        "frame": bool(shown.get("frame", True)),
        "axes": bool(shown.get("axes", False)),
        "aspect": _numbers(shown.get("aspect_ratio"), 3, (1.0, 1.0, 1.0)),
        "labels": _labels(shown.get("axes_labels", ("x", "y", "z"))),
        "decimals": int(_number(shown.get("decimals", 2), 0, 10, 2)),
        "projection": "orthographic" if shown.get("projection") == "orthographic" else "perspective",
        "zoom": _number(shown.get("zoom"), 0.01, 100, 1),
        "spin": _number(shown.get("spin"), -20, 20, 0),
        "animate": bool(shown.get("animate", True)),
        "play": bool(shown.get("auto_play", True)),
        "loop": bool(shown.get("loop", True)),
        "delay": int(_number(shown.get("delay"), 1, 1000, 20)) * 10,
    }
    if shown.get("theme") in ("light", "dark"):
        told["theme"] = shown["theme"]
    told |= _viewpoint(shown.get("viewpoint"))
    size = _numbers(shown.get("figsize"), 2, (5.0, 5.0))
    if size != [5.0, 5.0]:
        told["size"] = [min(max(round(each * 100), 100), 1600) for each in size]
    return told


def _viewpoint(given: Any) -> dict[str, Any]:
    try:
        axis, angle = given
        return {"viewpoint": [*_numbers(axis, 3, (0.0, 0.0, 1.0)), _number(angle, -1e4, 1e4, 0)]}
    except (TypeError, ValueError):
        return {}


def _labels(given: Any) -> list[str]:
    """Return the three words beside the axes; mathematics in dollars is told as it is written."""
    if not isinstance(given, Sequence) or len(given) != 3:
        return ["x", "y", "z"]
    return [str(each).strip("$")[:40] for each in given]


def _number(value: Any, low: float, high: float, usual: float) -> float:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return usual
    return min(max(number, low), high) if math.isfinite(number) else usual


def _numbers(given: Any, count: int, usual: Sequence[float]) -> list[float]:
    if not isinstance(given, Sequence) or len(given) != count:
        return list(usual)
    return [_number(each, -1e6, 1e6, other) for each, other in zip(given, usual, strict=True)]


def _look(part: Mapping[str, Any], wanted: Mapping[str, float]) -> dict[str, Any]:
    """Return what says how a part looks, but not where it is."""
    color = str(part.get("color", ""))
    look: dict[str, Any] = {"color": color.lower() if _COLOUR.fullmatch(color) else "#808080"}
    for name, usual in wanted.items():
        look[name] = _number(part.get(name, usual), -1e6, 1e6, usual)
    if "keyframe" in part:
        look["keyframe"] = min(int(part["keyframe"]), MAX_FRAMES - 1)
    return look


def _meshes(surfaces: Sequence[Mapping[str, Any]]) -> tuple[list[Mesh], int]:
    """Return the meshes, and how many triangles there were at first."""
    found = [mesh for each in surfaces if (mesh := _mesh(each)) is not None]
    total = sum(len(mesh.triangles) for mesh in found)
    if total > MAX_TRIANGLES:
        for mesh in found:
            _thin(mesh, max(LEAST_SHARE, len(mesh.triangles) * MAX_TRIANGLES // total))
    found = _within(found)
    weight = sum(len(mesh.positions) + len(mesh.triangles) for mesh in found)
    if weight > MAX_WEIGHT:
        for mesh in found:
            _thin(mesh, max(LEAST_SHARE, len(mesh.triangles) * MAX_WEIGHT // weight))
    return _joined_meshes(found), total


def _within(meshes: Iterable[Mesh]) -> list[Mesh]:
    """Return the first of many meshes: thousands of things are too much even when each is as plain as can be."""
    kept: list[Mesh] = []
    triangles = edges = 0
    for mesh in meshes:
        triangles += len(mesh.triangles)
        if triangles > 1.2 * MAX_TRIANGLES:
            break
        edges += 0 if mesh.edges is None else len(mesh.edges)
        if edges > MAX_EDGES:
            mesh.edges = None
        kept.append(mesh)
    return kept


def _mesh(surface: Mapping[str, Any]) -> Mesh | None:
    positions = numpy.array([(at["x"], at["y"], at["z"]) for at in surface["vertices"]], float).reshape(-1, 3)
    positions[numpy.abs(positions) > LARGE] = numpy.nan
    faces = [list(face) for face in surface["faces"]]
    triangles, owners = triangles_of(faces)
    kept = is_drawable(positions, triangles)
    triangles, owners = triangles[kept], owners[kept]
    if not len(triangles):
        return None
    look = _look(surface, _SURFACE)
    look |= {name: True for name in ("singleSide", "useFlatShading") if surface.get(name)}
    if "depthWrite" in surface:
        look["depthWrite"] = bool(surface["depthWrite"])
    colors = _face_colors(surface["faceColors"])[owners] if "faceColors" in surface else None
    numbers = triangles
    edges = None
    if surface.get("showMeshGrid"):
        edges = edges_of(faces)
        edges = edges[numpy.isfinite(positions).all(axis=1)[edges].all(axis=1)]
        numbers = numpy.concatenate([triangles.reshape(-1), edges.reshape(-1)])
    positions, numbers = welded(*compacted(positions, numbers.reshape(-1)))
    corners = 3 * len(triangles)
    return Mesh(
        look,
        positions,
        numbers[:corners].reshape(-1, 3),
        colors,
        None if edges is None else numbers[corners:].reshape(-1, 2),
    )


def _face_colors(names: Sequence[Any]) -> Array:
    known: dict[str, tuple[int, ...]] = {}
    for name in set(map(str, names)):
        known[name] = tuple(round(255 * float(part)) for part in Color(name).rgb())
    return numpy.array([known[str(name)] for name in names], numpy.uint8).reshape(-1, 3)


def _thin(mesh: Mesh, most: int) -> None:
    """Make a mesh smaller; lines between faces that are no more are not drawn."""
    if len(mesh.triangles) <= most:
        return
    positions, triangles, kept = thinned(mesh.positions, mesh.triangles, most)
    mesh.positions, mesh.triangles = compacted(positions, triangles)
    mesh.colors = None if mesh.colors is None else mesh.colors[kept]
    mesh.edges = None


def _joined_meshes(meshes: Iterable[Mesh]) -> list[Mesh]:
    alike: dict[str, list[Mesh]] = {}
    for mesh in meshes:
        name = repr((sorted(mesh.look.items()), mesh.colors is None, mesh.edges is None))
        alike.setdefault(name, []).append(mesh)
    return [_join(group) for group in alike.values()]


def _join(group: Sequence[Mesh]) -> Mesh:
    first = group[0]
    if len(group) == 1:
        return first
    starts = numpy.cumsum([0, *(len(mesh.positions) for mesh in group[:-1])])
    return Mesh(
        first.look,
        numpy.concatenate([mesh.positions for mesh in group]),
        numpy.concatenate([mesh.triangles + start for mesh, start in zip(group, starts, strict=True)]),
        None if first.colors is None else numpy.concatenate([mesh.colors for mesh in group]),
        None
        if first.edges is None
        else numpy.concatenate([mesh.edges + start for mesh, start in zip(group, starts, strict=True)]),
    )


def _strokes(parts: Sequence[Mapping[str, Any]], where: str, width: str) -> tuple[list[Strokes], int]:
    """Return lines or points by their looks, and how many places were left out."""
    alike: dict[str, tuple[dict[str, Any], list[Array]]] = {}
    places = 0
    left_out = 0
    for part in parts:
        positions = numpy.array(part[where], float).reshape(-1, 3)
        positions = positions[(numpy.abs(positions) <= LARGE).all(axis=1)]
        places += len(positions)
        if places > MAX_POSITIONS:
            left_out += len(positions)
        elif len(positions):
            look = _look(part, {"opacity": 1.0, width: 1.0})
            alike.setdefault(repr(sorted(look.items())), (look, []))[1].append(positions)
    made = []
    for look, pieces in alike.values():
        counts = numpy.array([len(piece) for piece in pieces]) if where == "points" else None
        made.append(Strokes(look, numpy.concatenate(pieces), counts))
    return made, left_out


def _text(part: Mapping[str, Any]) -> dict[str, Any]:
    look = _look(part, {"opacity": 1.0, "fontSize": 14.0})
    at = [_number(part.get(axis), -LARGE, LARGE, 0.0) for axis in "xyz"]
    bold, italic = part.get("fontWeight") == "bold", part.get("fontStyle") in ("italic", "oblique")
    return {**look, "text": str(part.get("text", "")).strip("$")[:LABEL], "at": at, "bold": bold, "italic": italic}


def _keep_parts(scene: Scene) -> None:
    """Of a plot in thousands of looks, draw the first ones."""
    for parts in (scene.meshes, scene.lines, scene.points):
        del parts[MAX_PARTS:]


def _told(drawn: int, triangles: int, left_out: int) -> str:
    told = []
    if drawn < triangles:
        told.append(f"Simplified: drawn with {drawn:,} of its {triangles:,} triangles.")
    if left_out:
        told.append(f"{left_out:,} of its points are not drawn; at most {MAX_POSITIONS:,} are.")
    return " ".join(told)
