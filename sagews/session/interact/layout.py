"""Where the controls of an interact stand: layouts as Sage, SageCell and CoCalc write them, and as pages have them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sagews.wire.session.interact import PLACES

OUTPUT = ("", "_output")
"""Names that stand for the output, between the rows above and below it."""

Rows = list[list[dict[str, Any]]]


def layout_of(given: Any, names: Iterable[str]) -> tuple[dict[str, Rows] | None, dict[str, Any]]:
    """Return a layout as pages have it, and the labels that it gives to controls.

    Args:
        given: None; rows, each a list of names or of (name, width in twelfths, label); or {place: rows}, where a place
            is top, left, right or bottom.
        names: of the controls.

    Raises:
        ValueError: it names what is no control, or has another form.
    """
    if given is None:
        return None, {}
    known = set(names)
    labels: dict[str, Any] = {}
    places: dict[str, Rows] = {}
    for place, rows in _places(given):
        found = [[_cell(each, known, labels) for each in _row(row)] for row in rows]
        if found:
            places[place] = [*places.get(place, []), *found]
    return places, labels


def _places(given: Any) -> Iterable[tuple[str, list[Any]]]:
    if isinstance(given, Mapping):
        for place, rows in given.items():
            if place not in PLACES:
                raise ValueError(f"The places of a layout are {', '.join(PLACES)}.")
            yield place, list(rows)
        return
    rows, place = list(given), "top"
    above: list[Any] = []
    for row in rows:
        if [_name(each) for each in _row(row)] and all(_name(each) in OUTPUT for each in _row(row)):
            yield place, above
            above, place = [], "bottom"
        else:
            above.append(row)
    yield place, above


def _row(row: Any) -> list[Any]:
    return [row] if isinstance(row, str) else list(row)


def _name(cell: Any) -> str:
    return str(cell[0] if isinstance(cell, (tuple, list)) and cell else cell)


def _cell(cell: Any, known: set[str], labels: dict[str, Any]) -> dict[str, Any]:
    name = _name(cell)
    if name not in known:
        raise ValueError(f"The layout names {name!r}, which is no control of this interact.")
    found: dict[str, Any] = {"name": name}
    if isinstance(cell, (tuple, list)):
        if len(cell) > 1 and cell[1] is not None:
            found["width"] = max(1, min(int(cell[1]), 12))
        if len(cell) > 2:
            labels[name] = cell[2]
    return found
