"""What a cell showed, as the text that a prompt would have shown."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

# Doctests draw Python's random numbers as Python 2 did, so that their outputs last: the one setting that cells share.
PREAMBLE = (
    "import sage.misc.randstate as s; from sage.cpython._py2_random import Random as R; s.DEFAULT_PYTHON_RANDOM = R"
)
# What is shown without words: a picture's plain text is what a prompt prints of it.
_PLAIN = "text/plain"


def shown(pieces: Iterable[tuple[str, Mapping[str, Any]]]) -> dict[str, str | None]:
    """Return what pieces of output amount to at a prompt.

    Args:
        pieces: kind and body, as wire/session/frames.py names them.

    Returns:
        `got`: printed text and values; `everything`: standard error among it; `error`: what ended the cell.
    """
    text, everything, error = [], [], None
    for kind, body in pieces:
        if kind == "stream":
            everything.append(str(body["text"]))
            if body["name"] == "stdout":
                text.append(str(body["text"]))
        elif kind == "result" or (kind == "display" and not any(mime.startswith("image/") for mime in body["data"])):
            # What show() draws, a prompt opens in a window and does not print.
            told = f"{body['data'].get(_PLAIN, '')}\n"
            text.append(told)
            everything.append(told)
        elif kind == "error":
            error = f"{body['name']}: {body['message']}"
    return {"got": "".join(text), "everything": "".join(everything), "error": error}


def judged(docstrings: Iterable[Mapping[str, Any]]) -> dict[str, dict[str, int]]:
    """Return for each area how many examples there were, how many Sage's own machinery passes, and cells of those."""
    areas: dict[str, dict[str, int]] = {}
    for docstring in docstrings:
        counts = areas.setdefault(docstring["area"], {"docstrings": 0, "examples": 0, "Sage": 0, "cells": 0})
        counts["docstrings"] += 1
        for example in docstring["examples"]:
            counts["examples"] += 1
            if yardstick(example):
                counts["Sage"] += 1
                counts["cells"] += example["verdict"] == "same"
    return areas


def yardstick(example: Mapping[str, Any]) -> bool:
    """Whether a cell has to show the same: Sage's own machinery passes it, and its form is not one of prompts alone."""
    return bool(example["passes"]) and not example["form"]


def differing(docstrings: Iterable[Mapping[str, Any]]) -> list[tuple[str, Mapping[str, Any]]]:
    """Return (docstring's name, example) of those that should show the same and do not."""
    return [
        (docstring["name"], example)
        for docstring in docstrings
        for example in docstring["examples"]
        if yardstick(example) and example["verdict"] != "same"
    ]


def table(areas: Mapping[str, Mapping[str, int]]) -> str:
    """Return the figures as a Markdown table, with a line for all of them."""
    columns = ("docstrings", "examples", "Sage", "cells")
    whole = {column: sum(counts[column] for counts in areas.values()) for column in columns}
    lines = [
        "| area | docstrings | examples | Sage passes | of those, cells pass | |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    for area, counts in [*areas.items(), ("**all**", whole)]:
        # Rounded down: only all of them are 100.0 %.
        share = f"{1000 * counts['cells'] // counts['Sage'] / 10:.1f} %" if counts["Sage"] else "–"
        lines.append(f"| {area} | {' | '.join(str(counts[column]) for column in columns)} | {share} |")
    return "\n".join(lines)
