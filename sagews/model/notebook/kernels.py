"""The settings of a notebook that we know: its title, and which kind of session its kernel stands for."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from sagews.model.notebook.marks import mapping

JSON = Any

_PYTHON = re.compile(r"i?python[0-9.]*", re.IGNORECASE)
MAX_TITLE = 300


def title_in(metadata: Mapping[str, JSON]) -> str:
    """Return what a notebook is called, or nothing."""
    title = metadata.get("title")
    return " ".join(title.split())[:MAX_TITLE] if isinstance(title, str) else ""


def known_flavour(metadata: Mapping[str, JSON]) -> str | None:
    """Return "sage" or "python"; None for a notebook of another language."""
    kernel = mapping(metadata.get("kernelspec"))
    names = [kernel.get("name"), kernel.get("language"), mapping(metadata.get("language_info")).get("name")]
    known = [name for name in names if isinstance(name, str)]
    if not known or any("sage" in name.lower() for name in known):
        return "sage"
    return "python" if any(_PYTHON.fullmatch(name) for name in known) else None


def flavour_in(metadata: Mapping[str, JSON]) -> str:
    """Return which kind of session a notebook asks for; Sage's for another language."""
    return known_flavour(metadata) or "sage"


def kernel(flavour: str) -> dict[str, JSON]:
    """Return what notebooks say of a kernel."""
    name, shown = ("sagemath", "SageMath") if flavour == "sage" else ("python3", "Python 3")
    language = "sage" if flavour == "sage" else "python"
    spec = {"display_name": shown, "language": language, "name": name}
    return {"kernelspec": spec, "language_info": {"name": language}}


def with_settings(metadata: Mapping[str, JSON], title: str, flavour: str) -> dict[str, JSON]:
    """Return metadata that say this title and flavour; as they were where they say it already."""
    changed = dict(metadata)
    if flavour_in(metadata) != flavour:
        changed |= kernel(flavour)
    if title_in(metadata) != title:
        changed.pop("title", None)
        changed |= {"title": title} if title else {}
    return changed
