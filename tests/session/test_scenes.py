"""Three-dimensional plots as scenes: what real Sage draws, and the pure parts with anything."""

from __future__ import annotations

import base64
import json
import struct
from typing import Any

from sagews.wire.session.frames import DisplayFrame, FromSession, ResultFrame

from .sage_case import NEEDS_SAGE, SageCase
from .support import status, values

pytestmark = NEEDS_SAGE
MIME = "text/vnd.sagews.scene"


def shown(frames: list[FromSession]) -> list[dict[str, Any]]:
    """Return the data of what is shown."""
    return [dict(frame.data) for frame in frames if isinstance(frame, (ResultFrame, DisplayFrame))]


def numbers(form: str, text: str) -> list[Any]:
    """Return the numbers of a packed array."""
    data = base64.b64decode(text)
    return list(struct.unpack(f"<{len(data) // struct.calcsize(form)}{form}", data))


class SceneTests(SageCase):
    """Plots in real sessions."""

    def scene(self, source: str) -> dict[str, Any]:
        """Return the scene of a cell, beside which a still picture stands."""
        (data,) = shown(self.sage(source))
        self.assertTrue(base64.b64decode(data["image/png"]).startswith(b"\x89PNG"), source)
        self.assertLess(sum(len(each) for each in data.values()), 3 * 1024 * 1024)
        found: dict[str, Any] = json.loads(data[MIME])
        return found

    def test_a_surface(self) -> None:
        """Its corners, triangles and bounds are those of the plot."""
        scene = self.scene("y = SR.var('y')\nplot3d(x^2 - y^2, (x, -1, 1), (y, -2, 2), plot_points=(5, 7))")
        (mesh,) = scene["meshes"]
        positions, triangles = numbers("f", mesh["positions"]), numbers("I", mesh["triangles"])
        self.assertEqual((len(positions), len(triangles)), (3 * 35, 3 * 48))
        for at in range(0, len(positions), 3):
            a, b, c = positions[at : at + 3]
            self.assertAlmostEqual(a * a - b * b, c, 5)
        self.assertEqual(sorted(set(triangles)), list(range(35)))
        self.assertEqual(scene["bounds"], [[-1, -2, -4], [1, 2, 1]])
        self.assertEqual(scene["told"], "")

    def test_each_kind_of_thing(self) -> None:
        """Lines, points, texts and surfaces, those of one look together; colours and opacity are as they were given."""
        scene = self.scene(
            "sphere((0,0,0), 1, opacity=1/2, color='red') + sphere((3,0,0), 1, opacity=1/2, color='red')"
            " + line3d([(0,0,0), (1,1,2)], thickness=4) + line3d([(0,0,0), (1,0,2), (2,2,2)], thickness=4)"
            " + point3d([(0,0,2), (1,1,1)], size=20, color='black') + text3d('a word', (1, 1, 3))"
        )
        (mesh,), (line,), (point,), (text,) = (scene[kind] for kind in ("meshes", "lines", "points", "texts"))
        self.assertEqual((mesh["color"], mesh["opacity"]), ("#ff0000", 0.5))
        self.assertEqual((line["linewidth"], numbers("I", line["counts"])), (4, [2, 3]))
        self.assertEqual((point["size"], point["color"]), (20, "#000000"))
        self.assertEqual(len(numbers("f", point["positions"])), 6)
        self.assertEqual((text["text"], text["at"]), ("a word", [1, 1, 3]))

    def test_options(self) -> None:
        """Those of show(), and those that the plot has itself."""
        options = self.scene(
            "P = cube(mesh=True, axes_labels=['$a$', 'b', 'c'], frame=False)\n"
            "P.show(projection='orthographic', viewpoint=[[1, 0, 0], 90], aspect_ratio=[1, 2, 3], figsize=[6, 3],"
            " spin=2, zoom=3/2, theme='dark')"
        )["options"]
        self.assertEqual((options["frame"], options["labels"]), (False, ["a", "b", "c"]))
        self.assertEqual((options["projection"], options["viewpoint"]), ("orthographic", [1, 0, 0, 90]))
        self.assertEqual((options["aspect"], options["size"]), ([1, 2, 3], [600, 300]))
        self.assertEqual((options["spin"], options["zoom"], options["theme"]), (2, 1.5, "dark"))
        cube = self.scene("cube(mesh=True)")
        self.assertEqual(len(numbers("I", cube["meshes"][0]["edges"])), 2 * 12)

    def test_frames(self) -> None:
        """An animation of three-dimensional plots is one scene with a frame for each."""
        scene = self.scene("animate([sphere((i, 0, 0), 1) for i in [0, 1, 2]])")
        self.assertEqual([mesh["keyframe"] for mesh in scene["meshes"]], [0, 1, 2])

    def test_huge_and_broken(self) -> None:
        """Too many triangles become fewer, which is said; what is not finite is left out; a viewer may be chosen."""
        scene = self.scene("y = SR.var('y')\nplot3d(sin(x)*cos(y), (x, -3, 3), (y, -3, 3), plot_points=300)")
        drawn = sum(len(numbers("I", mesh["triangles"])) // 3 for mesh in scene["meshes"])
        self.assertTrue(20_000 < drawn <= 50_000, drawn)
        self.assertEqual(scene["told"], f"Simplified: drawn with {drawn:,} of its 178,802 triangles.")
        many = self.scene("sum(sphere((i, 0, 0), 1/2) for i in range(300))")
        self.assertIn("of its 410,400 triangles", many["told"])
        self.scene("line3d([(0, 0, 0), (float('nan'), 0, 0), (1, 1, 1)])")
        self.assertEqual(shown(self.sage("sphere().show(viewer='tachyon')"))[0].keys(), {"image/png", "text/plain"})
        self.assertEqual(status(self.sage("Graphics3d = type(sphere()).__mro__[-3]; sum([sphere()][1:])")), "ok")
        self.assertEqual(values(self.sage("len([sphere()])")), ["1"])
