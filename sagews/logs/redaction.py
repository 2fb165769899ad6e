"""Secrets never reach a log: values under telling names are replaced, and telling assignments in text are cut."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

HIDDEN = "[hidden]"
_WORDS = (
    "passw|passphrase|pwhash|secret|token|cookie|ticket|authorization|credential|private_?key|api_?key|"
    "session_?key|signature|dsn|nonce"
)
_NAME = re.compile(_WORDS, re.IGNORECASE)
# Every repetition is bounded and none can begin inside of another: text of any kind is searched in linear time.
_ASSIGNMENT = re.compile(
    rf"""(?P<name>(?:{_WORDS})[\w.-]{{0,32}}["']?\s{{0,4}}[=:]\s{{0,4}}(?:(?:Bearer|Basic)\s{{1,4}})?)"""
    r"""(?P<value>"[^"]{0,4096}"|'[^']{0,4096}'|[^\s,;&]+)""",
    re.IGNORECASE,
)
_URL_PASSWORD = re.compile(r"(?P<name>://[^\s/:@]{0,256}:)(?P<value>[^\s/@]{1,256})@")
# Deeper nesting is nothing that we log on purpose, and each level costs the reactor time.
DEEPEST = 6
LONGEST_KEPT = 64
_PLAIN = frozenset({str, int, float, bool})


def is_secret_name(name: str) -> bool:
    """Whether a value under this name may be a secret."""
    return _is_secret(name) if len(name) <= LONGEST_KEPT else _NAME.search(name) is not None


# Nearly all names stand in the code: the same few hundred in every event.
@lru_cache(1024)
def _is_secret(name: str) -> bool:
    return _NAME.search(name) is not None


def hide_in_text(text: str) -> str:
    """Return text without what is assigned to telling names, and without passwords in URLs."""
    # Neither pattern fits without these, and looking for them takes a hundredth of the time.
    if "=" in text or ":" in text:
        text = _ASSIGNMENT.sub(lambda found: found["name"] + HIDDEN, text)
    if "://" in text:
        text = _URL_PASSWORD.sub(lambda found: found["name"] + HIDDEN + "@", text)
    return text


def hide(name: str, value: Any, depth: int = 0) -> Any:
    """Return a value, or its copy, without what stands under telling names in it; too deep nesting is cut."""
    if is_secret_name(name):
        return HIDDEN
    if value is None or type(value) in _PLAIN:
        return value
    if isinstance(value, Mapping):
        return HIDDEN if depth >= DEEPEST else {key: hide(str(key), item, depth + 1) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return HIDDEN if depth >= DEEPEST else [hide("", item, depth + 1) for item in value]
    return value
