"""The tables of the page's figures, as Markdown."""

from __future__ import annotations

from typing import Any

from benchmarks.measure import Spread
from benchmarks.page.starts import Start

Figures = dict[str, Any]

_KEYS = (
    ("floor", "the browser itself: a text area on an empty page"),
    ("keys", "a cell in the middle of the sheet"),
    ("keys_printing", "… while the cell above prints"),
    ("floor_unlimited", "without waiting for the display: a text area"),
    ("keys_unlimited", "… a cell in the middle of the sheet"),
    ("keys_printing_unlimited", "… while the cell above prints"),
)


def tables(figures: Figures) -> str:
    """Return every table that there are figures for."""
    ours = figures["ours"]
    lines: list[str] = []
    if "empty" in ours:
        lines += _starts(ours["empty"], figures.get("jupyterlab"))
        lines += _sheet(ours["sheet"])
    if "keys" in ours:
        lines += ["", "| key press to frame | p50 | p95 | p99 |", "| --- | --- | --- | --- |"]
        lines += [_key(words, ours[name]) for name, words in _KEYS]
    return "\n".join(lines)


def _starts(ours: Start, theirs: Start | None) -> list[str]:
    lines = ["", "| cold start, one empty cell | ours | JupyterLab | ratio |", "| --- | --- | --- | --- |"]
    for name, words in (
        ("content", "DOMContentLoaded"),
        ("visible", "editor visible"),
        ("focused", "editor has the keyboard"),
        ("accepted", "first key accepted"),
    ):
        lines.append(_row(words, "ms", ours.marks[name], theirs and theirs.marks[name]))
    lines.append(_row("requests until then", "", ours.requests, theirs and theirs.requests))
    lines.append(_row("KB with gzip, without fonts", "", ours.kilobytes, theirs and theirs.kilobytes))
    lines.append(_row("KB of fonts", "", ours.fonts, theirs and theirs.fonts))
    return lines


def _row(words: str, unit: str, ours: float, theirs: float | None) -> str:
    if theirs is None:
        return f"| {words} | {ours:,.0f} {unit} | | |"
    ratio = f"1/{theirs / ours:.1f}" if ours > 0 else ""
    return f"| {words} | {ours:,.0f} {unit} | {theirs:,.0f} {unit} | {ratio} |"


def _sheet(start: Start) -> list[str]:
    lines = ["", "| cold start, the long sheet | |", "| --- | --- |"]
    for name, words in (
        ("screen", "a screenful of cells painted"),
        ("focused", "a clicked cell has an editor"),
        ("accepted", "first key accepted"),
    ):
        lines.append(f"| {words} | {start.marks[name]:,.0f} ms |")
    return [
        *lines,
        f"| KB with gzip, without fonts | {start.kilobytes:,.0f} |",
        f"| requests | {start.requests:,.0f} |",
    ]


def _key(words: str, spread: Spread) -> str:
    return f"| {words} | {spread.median:.1f} ms | {spread.p95:.1f} ms | {spread.p99:.1f} ms |"
