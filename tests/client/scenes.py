"""Scenes and films, as a session sends them, for the fixture's session."""

from __future__ import annotations

import base64
import json
import math
import struct
import zlib
from typing import Any

LOOK: dict[str, Any] = {"opacity": 1, "linewidth": 1, "renderOrder": 0}
SIDE = 24


def packed(form: str, numbers: list[Any]) -> str:
    """Return numbers as a scene has them."""
    return base64.b64encode(struct.pack(f"<{len(numbers)}{form}", *numbers)).decode()


def surface(shift: float = 0.0) -> dict[str, Any]:
    """Return a surface of a few hundred triangles."""
    steps = [6 * n / (SIDE - 1) - 3 for n in range(SIDE)]
    positions = [each for x in steps for y in steps for each in (x, y, math.sin(x + shift) * math.cos(y))]
    corners = [n * SIDE + m for n in range(SIDE - 1) for m in range(SIDE - 1)]
    triangles = [each for at in corners for each in (at, at + 1, at + SIDE, at + 1, at + SIDE + 1, at + SIDE)]
    return {
        **LOOK,
        "color": "#6666ff",
        "positions": packed("f", positions),
        "triangles": packed("I", triangles),
    }


def scene(**more: Any) -> str:
    """Return a scene with something of each kind in it."""
    line = {"color": "#000000", "opacity": 1, "linewidth": 3}
    told: dict[str, Any] = {
        "version": 1,
        "bounds": [[-3, -3, -1], [3, 3, 1]],
        "options": {"labels": ["x", "y", "height"]},
        "meshes": [surface()],
        "lines": [{**line, "positions": packed("f", [-3, -3, 0, 3, 3, 1, 3, -3, 1]), "counts": packed("I", [3])}],
        "points": [{"color": "#b3261e", "opacity": 1, "size": 6, "positions": packed("f", [0, 0, 1, 3, 3, 1])}],
        "texts": [{"color": "#000000", "opacity": 1, "text": "peak", "at": [1.6, 0, 1.2], "fontSize": 14}],
        "told": "",
    }
    return json.dumps(told | more)


def moving() -> str:
    """Return a scene of three frames."""
    return scene(meshes=[{**surface(n / 3), "keyframe": n} for n in range(3)], options={"delay": 100, "play": False})


def png(red: int, green: int, blue: int) -> str:
    """Return a picture of one colour, as base64."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + bytes((red, green, blue)) * 40 for _ in range(30))
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", 40, 30, 8, 2, 0, 0, 0))
    return base64.b64encode(
        b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    ).decode()


FILM = json.dumps(
    {
        "frames": [png(0, 0, 200), png(0, 140, 0), png(200, 0, 0)],
        "width": 400,
        "height": 300,
        "delay": 100,
        "loop": True,
    }
)
STILL = png(200, 210, 255)
FORMS: dict[str, dict[str, str]] = {
    "scene": {"text/vnd.sagews.scene": scene(), "image/png": STILL, "text/plain": "Graphics3d Object"},
    "waves": {"text/vnd.sagews.scene": moving(), "image/png": STILL, "text/plain": "Graphics3d Object"},
    "hostile": {
        "text/vnd.sagews.scene": scene(meshes=[{**LOOK, "positions": "AAAA", "triangles": "////"}]),
        "image/png": STILL,
        "text/plain": "Graphics3d Object",
    },
    "film": {"text/vnd.sagews.film": FILM, "image/png": STILL, "text/plain": "Animation with 3 frames"},
}
