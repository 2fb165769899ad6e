"""Puts what stands in areas of an output where these stand: other programs know one list of outputs for each cell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sagews.model.formats.sheet import Piece

AREA = "area"
OWN = 0


def in_order(pieces: Sequence[Piece]) -> list[Piece]:
    """Return the pieces of a cell as they are read from top to bottom, without the areas themselves."""
    places: dict[int, list[Piece]] = {}
    for piece in pieces:
        kind, body = piece
        places.setdefault(_number(body, "parent" if kind == AREA else "area"), []).append(piece)

    def shown(area: int) -> Iterator[Piece]:
        # Taken out, so that what was made by anybody comes once, and no circle goes round.
        for kind, body in places.pop(area, ()):
            if kind == AREA:
                yield from shown(_number(body, "area"))
            else:
                yield kind, body

    return list(shown(OWN))


def _number(body: Mapping[str, Any], name: str) -> int:
    area = body.get(name)
    return area if isinstance(area, int) else OWN
