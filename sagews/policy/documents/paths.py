"""Which paths a document may have: what a page asks for becomes a file in a home and in a history."""

from __future__ import annotations

import re
import unicodedata

from sagews.errors import SagewsError

SUFFIX = ".sage.md"
NOTEBOOK = ".ipynb"
MAX_BYTES = 200
MAX_DEPTH = 8
MAX_SEGMENT_BYTES = 120
# Controls, formats (bidirectional overrides among them), lone surrogates, private use, unassigned, line separators.
_REFUSED = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_GITS_OWN = re.compile(r"(git|gitmod|gi7eb[a-f0-9]*|gitatt|gi7d29[a-f0-9]*)~[0-9]+[ .]*", re.IGNORECASE)
_REFUSED_CHARACTERS = frozenset('\\:*?"<>|')


def check_document_path(path: str) -> str:
    """Return a path in normal form (NFC).

    Raises:
        SagewsError: `bad-name`; the reason says which rule is broken and never repeats the path.
    """
    path = _printable(path)
    suffix = suffix_of(path)
    if suffix is None:
        raise SagewsError("bad-name", reason=f"a worksheet's name ends in {SUFFIX} or {NOTEBOOK}")
    segments = path.split("/")
    if len(segments) > MAX_DEPTH:
        raise SagewsError("bad-name", reason=f"it lies deeper than {MAX_DEPTH} folders")
    for segment in segments:
        _check_segment(segment)
    if segments[-1] == suffix:
        raise SagewsError("bad-name", reason="it is empty")
    return path


def title_of(path: str) -> str:
    """Return a title for a new document at this path."""
    return path.rsplit("/", 1)[-1].removesuffix(suffix_of(path) or "")


def suffix_of(path: str) -> str | None:
    """Return the end of a document's path, which says of which kind it is; None for none that one may have."""
    return next((suffix for suffix in (SUFFIX, NOTEBOOK) if path.endswith(suffix)), None)


def is_notebook(path: str) -> bool:
    """Whether a document is a notebook: its file is JSON, with outputs, for Jupyter."""
    return path.endswith(NOTEBOOK)


def _printable(path: str) -> str:
    if any(unicodedata.category(character) in _REFUSED for character in path):
        raise SagewsError("bad-name", reason="it holds characters that can't be seen")
    path = unicodedata.normalize("NFC", path)
    if len(path.encode()) > MAX_BYTES:
        raise SagewsError("bad-name", reason=f"it is longer than {MAX_BYTES} bytes")
    return path


def _check_segment(segment: str) -> None:
    if not segment:
        raise SagewsError("bad-name", reason="a part of it is empty")
    if segment.startswith((".", "-")):
        raise SagewsError("bad-name", reason="a part of it starts with a dot or a dash")
    if _GITS_OWN.fullmatch(segment):
        # A short name of `.git` on some file systems: no version could hold it.
        raise SagewsError("bad-name", reason="a part of it is a name that git keeps for itself")
    if segment != segment.strip() or segment.endswith("."):
        raise SagewsError("bad-name", reason="a part of it starts or ends with a space, or ends with a dot")
    if len(segment.encode()) > MAX_SEGMENT_BYTES:
        raise SagewsError("bad-name", reason=f"a part of it is longer than {MAX_SEGMENT_BYTES} bytes")
    if _REFUSED_CHARACTERS.intersection(segment):
        raise SagewsError("bad-name", reason="it holds a character that some systems can't store")
