"""The table: each figure beside the floor and beside Jupyter in the same run, with the bar that it has to reach."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

Results = Mapping[str, Any]


@dataclass(frozen=True)
class Bar:
    """What a figure has to reach.

    Attributes:
        against: "ours" for the figure itself, "floor" or "jupyter" for its multiple of theirs.
        least: what it has to reach; it is a limit from above where less is better.
        aim: what would be good.
    """

    against: str
    least: float
    aim: float | None = None


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Attributes:
        name: what is measured.
        unit: of all three figures.
        ours, floor, jupyter: dotted paths into the group's results; empty where there is nothing to compare with.
        bars: what it has to reach.
        more: whether more is better.
    """

    name: str
    unit: str
    ours: str
    floor: str = ""
    jupyter: str = ""
    bars: tuple[Bar, ...] = ()
    more: bool = False


def value(results: Results, path: str) -> float | None:
    """Return the number at a dotted path, or None if it was not measured."""
    found: Any = results
    for name in path.split("."):
        if not isinstance(found, Mapping) or name not in found:
            return None
        found = found[name]
    return float(found) if isinstance(found, (int, float)) else None


HEAD = (
    "| figure | ours | floor | × floor | Jupyter | × Jupyter | at least | aim | |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
)


def table(rows: Iterable[Row], results: Results) -> str:
    """Return the lines of one group as Markdown, without those that were not measured."""
    return "\n".join(_lines(rows, results))


def _lines(rows: Iterable[Row], results: Results) -> Iterator[str]:
    for row in rows:
        ours = value(results, row.ours)
        if ours is None:
            continue
        peers = {"floor": value(results, row.floor), "jupyter": value(results, row.jupyter)}
        multiples = {name: ours / peer if peer else None for name, peer in peers.items()}
        cells = [row.name, _number(ours, row.unit)]
        for name in ("floor", "jupyter"):
            cells += [_number(peers[name], row.unit), _multiple(multiples[name])]
        bars = [bar for bar in row.bars if bar.against == "ours" or multiples[bar.against] is not None]
        cells += [", ".join(_bar(bar, bar.least, row.unit) for bar in bars)]
        cells += [", ".join(_bar(bar, bar.aim, row.unit) for bar in bars)]
        cells += [
            ", ".join(_verdict(bar, ours if bar.against == "ours" else multiples[bar.against], row) for bar in bars)
        ]
        yield "| " + " | ".join(cells) + " |"


def _number(found: float | None, unit: str) -> str:
    if found is None:
        return ""
    digits = 0 if abs(found) >= 100 else 2 if abs(found) >= 0.1 else 3
    return f"{found:,.{digits}f} {unit}".strip()


def _multiple(found: float | None) -> str:
    if found is None or not math.isfinite(found) or found <= 0:
        return ""
    return f"1/{1 / found:.1f}" if found < 0.1 else f"{found:.2f}" if found < 10 else f"{found:.1f}"


def _bar(bar: Bar, wanted: float | None, unit: str) -> str:
    if wanted is None:
        return ""
    if bar.against == "ours":
        return f"{wanted:,g} {unit}".strip()
    return f"{_multiple(wanted)} × {'floor' if bar.against == 'floor' else 'Jupyter'}"


def _verdict(bar: Bar, found: float | None, row: Row) -> str:
    if found is None:
        return ""

    def reached(wanted: float | None) -> bool:
        return wanted is not None and (found >= wanted if row.more else found <= wanted)

    return "aim" if reached(bar.aim) else "reached" if reached(bar.least) else "missed"
