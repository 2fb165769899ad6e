"""Where pieces of output stand: the same is found as by looking at all, and without looking at all."""

from __future__ import annotations

from typing import Any

from hypothesis import given
from hypothesis import strategies as st
from twisted.trial.unittest import SynchronousTestCase

from sagews.model.sessions import PieceKind
from sagews.policy.sessions.placed_output import PlacedOutput
from tests.counting import calls


def scattered(areas: list[int]) -> PlacedOutput:
    """Return an output with two areas, and a piece in each of these, one after the other."""
    placed = PlacedOutput()
    for area in (1, 2):
        put(placed, PieceKind.AREA, {"area": area})
    for area in areas:
        put(placed, PieceKind.STREAM, {"name": "stdout", "text": "x"} | ({"area": area} if area else {}))
    return placed


def put(placed: PlacedOutput, kind: PieceKind, body: dict[str, Any]) -> None:
    """Have an output take a piece."""
    change = placed.change(kind, body, 1)
    assert change is not None
    placed.take(kind, body, 1, change)


class PlacedOutputTests(SynchronousTestCase):
    """A session that prints into one area and another in turn."""

    @given(st.lists(st.integers(0, 2), max_size=30))
    def test_each_piece_stands_in_its_area(self, areas: list[int]) -> None:
        """A piece is found in the area into which it was put, and in no other."""
        placed = scattered(areas)
        for number in range(-1, len(areas) + 5):
            for area in (1, 2):
                expected = 3 <= number < len(areas) + 3 and areas[number - 3] == area
                self.assertEqual(placed.has(number, area), expected, (number, area))

    def test_few_of_many_ranges_are_looked_at(self) -> None:
        """Where pieces are scattered by the thousand, the last is found in a few steps: each interact asks for its."""
        placed = scattered([1, 2] * 2000)
        self.assertTrue(placed.has(4001, 1))
        self.assertLess(calls(lambda: placed.has(4001, 1)), 50)
