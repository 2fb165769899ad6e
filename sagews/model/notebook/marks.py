"""Options of our cells and what notebooks have in place of them: hidden code, protected cells, tags."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sagews.model.worksheet.lines import OPTION

JSON = Any

HIDDEN, FOLDED, PROTECTED = "hideInput", "foldOutput", "protected"
# Options that are tags, and as many as pages give a cell: static/src/views/worksheet/attributes/tags.ts.
TAG, MOST_TAGS = "tag-", 16
MOST_OPTIONS = 32
_JUPYTERS = {HIDDEN: "source_hidden", FOLDED: "outputs_hidden"}


def options_in(metadata: Mapping[str, JSON]) -> tuple[str, ...]:
    """Return the options that a notebook's cell has."""
    ours = mapping(metadata.get("sagews")).get("options")
    jupyter, tags = mapping(metadata.get("jupyter")), metadata.get("tags")
    found = [word for word in (ours if isinstance(ours, list) else []) if isinstance(word, str)]
    found += [option for option, name in _JUPYTERS.items() if jupyter.get(name) is True]
    found += [PROTECTED] if metadata.get("editable") is False else []
    found += [TAG + tag for tag in (tags if isinstance(tags, list) else []) if isinstance(tag, str)][:MOST_TAGS]
    return tuple(sorted({word for word in found if OPTION.fullmatch(word)}))[:MOST_OPTIONS]


def with_options(metadata: Mapping[str, JSON], options: Sequence[str]) -> dict[str, JSON]:
    """Return metadata that say these options, else as they were; as they were altogether if they say them already."""
    wanted = tuple(sorted(set(options)))
    if options_in(metadata) == wanted:
        return dict(metadata)
    changed = dict(metadata)
    _set(changed, "sagews", "options", [word for word in wanted if not _is_jupyters(word)] or None)
    for option, name in _JUPYTERS.items():
        _set(changed, "jupyter", name, True if option in wanted else None)
    changed.pop("editable", None)
    if PROTECTED in wanted:
        changed["editable"] = False
    # Tags that can't be ours stay as they are.
    tags = changed.pop("tags", None)
    others = [tag for tag in (tags if isinstance(tags, list) else []) if not _is_ours(tag)]
    kept = [*others, *(word.removeprefix(TAG) for word in wanted if word.startswith(TAG))]
    if kept:
        changed["tags"] = kept
    return changed


def mapping(value: JSON) -> Mapping[str, JSON]:
    """Return an object, or an empty one in place of anything else."""
    return value if isinstance(value, dict) else {}


def _is_jupyters(word: str) -> bool:
    return word in _JUPYTERS or word == PROTECTED or word.startswith(TAG)


def _is_ours(tag: JSON) -> bool:
    return isinstance(tag, str) and OPTION.fullmatch(TAG + tag) is not None


def _set(metadata: dict[str, JSON], group: str, name: str, value: JSON) -> None:
    """Set a value of an inner object, or take it away; an object that has nothing left goes."""
    inner = dict(mapping(metadata.get(group)))
    inner.pop(name, None)
    if value is not None:
        inner[name] = value
    if inner:
        metadata[group] = inner
    else:
        metadata.pop(group, None)
