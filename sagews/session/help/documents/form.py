"""What pages are told of a name: facts about it, with its documentation as HTML or its source.

docutils is imported when the first documentation is asked for, since most sessions never ask; where it is not
installed, pages show the text as it was written.
"""

from __future__ import annotations

import importlib
import importlib.util
import json
from typing import TypedDict

MIME = "text/vnd.sagews.help"
LONGEST = 180_000
"""Characters of the whole form (a backend hands on 200,000)."""


class Facts(TypedDict, total=False):
    """What is known of a name.

    Attributes:
        name: as it was asked for.
        signature: how it is called, "" if it can't be.
        type: of the value.
        value: in short, of what can't be called.
        file: where it was written; "cell" and an id for a cell.
        line: where its source begins, from 1; 0 where nobody knows.
        source: its source, if that was asked for.
    """

    name: str
    signature: str
    type: str
    value: str
    file: str
    line: int
    source: str


def written_plainly(facts: Facts) -> str:
    """Return the facts as lines of text."""
    lines = [f"Signature: {facts['signature']}"] if facts["signature"] else []
    lines.append(f"Type: {facts['type']}")
    lines += [f"Value: {facts['value']}"] if facts["value"] else []
    lines += [f"Defined in: {facts['file']}"] if facts["file"] else []
    return "\n".join(lines)


def form_of(facts: Facts, document: str) -> dict[str, str]:
    """Return the form by its MIME type; nothing where the text says all there is.

    Args:
        facts: of the name.
        document: its documentation, prepared (preparing.py).
    """
    html, formulas = _html(document) if document else ("", [])
    if not html and not facts.get("source"):
        return {}
    told = json.dumps({**facts, "html": html, "formulas": formulas})
    return {MIME: told} if len(told) <= LONGEST else {}


def _html(document: str) -> tuple[str, list[tuple[str, bool]]]:
    if importlib.util.find_spec("docutils") is None:
        return "", []
    rendering = importlib.import_module("sagews.session.help.documents.rendering")
    found = rendering.rendered(document, sage="sage: " in document or "\nEXAMPLES" in document)
    return (found.html, found.formulas) if found is not None else ("", [])
