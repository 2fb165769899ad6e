"""One cell of a notebook as cells of ours, and back.

What we have no place for stays with the cell, as JSON in its `raw`:

    c    the notebook's cell without source and outputs, its names in order; `source`: how it was written
    o    patterns of its outputs (outputs.py), where the pieces do not say all
    d    the digest of its pieces when it was read: others are from a run here
    g    which Markdown cell it is a part of, if that has several
    a    what stands before and behind its source in that cell
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

from sagews.model.identifiers import CELL_PATTERN
from sagews.model.notebook.bounds import IDENTITY, kept_json
from sagews.model.notebook.marks import mapping, options_in, with_options
from sagews.model.notebook.outputs import Fits, Shown, digest, is_text, joined, lines_of, pieces_in, restored, written
from sagews.model.notebook.prose import fenced, parts_of, source_of, unfenced
from sagews.model.worksheet.cells import Cell

JSON = Any

# A pattern that is longer stands with one part of its cell only.
LONG = 4096
# As Jupyter writes cells, whose names are in alphabetical order.
_ORDERS = {
    "code": ("cell_type", "execution_count", "id", "metadata", "outputs", "source"),
    "markdown": ("cell_type", "id", "metadata", "source"),
}
_SOURCES = {
    "lines": lambda text: text.splitlines(keepends=True),
    "text": lambda text: text,
    "breaks": lines_of,
    "[text]": lambda text: [text],
}


# ----------------------------------------------------------------------------------------------- reading


def our_id(identity: JSON) -> str | None:
    """Return the id of a cell here for one in a notebook: the same if it may be, else one that follows from it."""
    if not isinstance(identity, str) or not IDENTITY.fullmatch(identity):
        return None
    if CELL_PATTERN.fullmatch(identity):
        return identity
    return "n" + hashlib.sha256(identity.encode()).hexdigest()[:11]


def code_cell(entry: Mapping[str, JSON], identity: str, named: bool, plain: bool, fits: Fits) -> tuple[Cell, Shown]:
    """Return a code cell with what it showed.

    Args:
        entry: the notebook's cell, in form.
        identity: its id here.
        named: whether the notebook has an id for it that is its own.
        plain: whether names of objects stand in alphabetical order in this file.
        fits: whether a piece can be stored and shown.
    """
    source = _clean(joined(entry["source"]))
    number = entry.get("execution_count") or 0
    pieces, patterns = pieces_in(entry["outputs"], number, plain, fits)
    kept: dict[str, JSON] = {}
    if patterns is not None:
        kept["o"] = patterns
    pattern = _pattern(entry, source, named)
    usual: dict[str, JSON] = {
        "cell_type": "code",
        "execution_count": entry.get("execution_count"),
        "id": identity,
        "metadata": {},
    }
    usual |= {"outputs": None, "source": "lines"}
    # A run that is stored tells its number; without pieces there is none, and 0 says that it is not known.
    if kept or not plain or pattern != usual or (number and not pieces) or entry.get("execution_count") == 0:
        kept["c"], kept["d"] = pattern, digest(pieces)
    cell = Cell("code", source, identity, 0, options_in(entry["metadata"]), _raw(kept))
    return cell, Shown(number, pieces)


def prose_cells(
    entry: Mapping[str, JSON], place: int, identity: str | None, named: bool, plain: bool
) -> Iterator[Cell]:
    """Yield the cells that a Markdown or raw cell of a notebook is here; `place`: its number in the file."""
    source, options = _clean(joined(entry["source"])), options_in(entry["metadata"])
    pattern = _pattern(entry, source, named)
    if entry["cell_type"] == "raw":
        yield Cell("text", fenced(source), identity, 0, options, _raw({"c": pattern}))
        return
    parts = parts_of(source)
    usual: dict[str, JSON] = {"cell_type": "markdown", "id": identity, "metadata": {}, "source": "lines"}
    if len(parts) == 1:
        [(cell, around)] = parts
        kept: dict[str, JSON] = {} if plain and pattern == usual else {"c": pattern}
        if source_of([(cell, ("", ""))]) != source:
            kept["a"] = around
        yield replace(cell, id=identity, options=options, raw=_raw(kept))
        return
    group = identity or f"{place}-{hashlib.sha256(source.encode()).hexdigest()[:8]}"
    heavy = len(json.dumps(pattern)) > LONG
    # A picture that is attached belongs to a text more likely than to a heading.
    holder = next((at for at, (cell, _) in enumerate(parts) if cell.type == "text"), 0) if heavy else None
    for at, (cell, around) in enumerate(parts):
        kept = {"g": group, "a": around} | ({"c": pattern} if holder in (None, at) else {})
        yield replace(cell, id=identity if at == 0 else None, options=options if at == 0 else (), raw=_raw(kept))


def _pattern(entry: Mapping[str, JSON], source: str, named: bool) -> dict[str, JSON]:
    pattern = dict(entry)
    style = next((name for name, write in _SOURCES.items() if write(source) == entry["source"]), None)
    pattern["source"] = entry["source"] if style is None else style
    if "outputs" in pattern:
        pattern["outputs"] = None
    if not named:
        pattern.pop("id", None)
    return pattern


def _raw(kept: Mapping[str, JSON]) -> tuple[str, ...] | None:
    return (json.dumps(kept, ensure_ascii=False, separators=(",", ":")),) if kept else None


def _clean(text: str) -> str:
    text = text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
    return text.replace("\0", "\ufffd").encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# ----------------------------------------------------------------------------------------------- writing


@dataclass(frozen=True, slots=True)
class KeptEntry:
    """What a cell keeps of its notebook, as far as it is in form."""

    pattern: dict[str, JSON]
    patterns: JSON
    digest: str
    group: str
    around: tuple[str, str]


def kept_by(cell: Cell) -> KeptEntry:
    """Return what a cell keeps, which a page may have written."""
    found = mapping(kept_json(cell.raw[0])) if cell.raw is not None and len(cell.raw) == 1 else {}
    head, tail = _pair(found.get("a"))
    word, group = _pair([found.get("d", ""), found.get("g", "")])
    return KeptEntry(dict(mapping(found.get("c"))), found.get("o"), word, group, (head, tail))


def _pair(values: JSON) -> tuple[str, str]:
    """Return two texts, empty ones for what is none."""
    found = values if isinstance(values, list) and len(values) == 2 else ["", ""]
    first, second = (value if isinstance(value, str) else "" for value in found)
    return first, second


def in_groups(cells: Sequence[Cell]) -> list[list[tuple[Cell, KeptEntry]]]:
    """Return cells with what they keep; those in one list are one cell of the notebook."""
    told = [(cell, kept_by(cell)) for cell in cells]
    groups = [[each] for each in told[:1]]
    for (before, known), (cell, kept) in pairwise(told):
        together = kept.group and kept.group == known.group and "code" not in (before.type, cell.type)
        if together:
            groups[-1].append((cell, kept))
        else:
            groups.append([(cell, kept)])
    return groups


def written_cell(group: Sequence[tuple[Cell, KeptEntry]], shown: Shown | None) -> dict[str, JSON]:
    """Return the notebook's cell of a group, but for its id; `shown`: by its last run, None without any."""
    cell = group[0][0]
    pattern = next((kept.pattern for _, kept in group if kept.pattern), {})
    if cell.type == "code":
        kind = "code"
    else:
        kind = "raw" if pattern.get("cell_type") == "raw" and len(group) == 1 else "markdown"
    if kind != pattern.get("cell_type"):
        # It was of another kind once: what it was called and marked with goes on.
        pattern = {name: pattern[name] for name in ("id", "metadata") if name in pattern}
    names = [*pattern] or [*_ORDERS["code" if kind == "code" else "markdown"]]
    names += [name for name in _ORDERS["code" if kind == "code" else "markdown"] if name not in names]
    values: dict[str, JSON] = {**pattern, "cell_type": kind}
    values["metadata"] = with_options(mapping(pattern.get("metadata")), _options(group))
    values["source"] = _source(kind, group, pattern.get("source"))
    if kind == "code":
        values["execution_count"], values["outputs"] = _results(group[0][1], pattern, shown)
    elif "attachments" in values and not isinstance(values["attachments"], dict):
        names.remove("attachments")
    return {name: values.get(name) for name in names}


def _options(group: Sequence[tuple[Cell, KeptEntry]]) -> tuple[str, ...]:
    """The options of a cell; those of all parts of one that has several."""
    return tuple(sorted({option for cell, _ in group for option in cell.options}))


def _source(kind: str, group: Sequence[tuple[Cell, KeptEntry]], style: JSON) -> JSON:
    cell = group[0][0]
    if kind == "code":
        text = cell.source
    elif kind == "raw":
        text = unfenced(cell.source)
    else:
        text = source_of([(each, kept.around) for each, kept in group])
    if isinstance(style, str) and style in _SOURCES:
        return _SOURCES[style](text)
    if is_text(style) and _clean(joined(style)) == text:
        return style
    return _SOURCES["lines"](text)


def _results(kept: KeptEntry, pattern: Mapping[str, JSON], shown: Shown | None) -> tuple[int | None, list[JSON]]:
    """What a code cell showed last, and the number of that run."""
    count = pattern.get("execution_count")
    count = count if type(count) is int and count >= 0 else None
    pieces = () if shown is None else shown.pieces
    if kept.digest and kept.digest == digest(pieces):
        found = restored(kept.patterns, pieces) if kept.patterns is not None else None
        if found is not None:
            return count, found
        return count, list(written(pieces, count))
    if shown is None:
        return None, []
    return shown.number or None, list(written(pieces, shown.number))
