"""What JSON of a notebook may hold, and the sentences for what a notebook must not be to stay one here."""

from __future__ import annotations

import json
import re
from typing import Any, NoReturn

from sagews.errors import SagewsError
from sagews.model.formats.sheet import MAX_FILE, bad_file

JSON = Any

MAX_DEPTH = 64
MAX_NODES = 500_000
# Beyond it Python's own bound on integers in texts would be met when it is written again.
MAX_DIGITS = 1_000
IDENTITY = re.compile(r"[a-zA-Z0-9_-]{1,64}")
IMPORT = "It can be imported as a worksheet instead."


def not_kept(reason: str, advice: str = IMPORT) -> SagewsError:
    """Return the refusal of a notebook that could not be saved with all that is in it."""
    return bad_file(reason, advice)


def json_of(text: str) -> JSON:
    """Return what the JSON of a notebook says.

    Raises:
        SagewsError: `bad-file` for what is none, or more or deeper than a notebook is; `too-large` beyond 16 MiB.
    """
    if len(text) > MAX_FILE:
        raise SagewsError("too-large", limit=MAX_FILE)
    try:
        value = json.loads(text, parse_constant=_no_constant, parse_int=_integer)
    except (ValueError, RecursionError):
        raise bad_file("it is not JSON") from None
    if not is_bounded(value):
        raise bad_file("its JSON is nested deeper, or has more parts, than that of a notebook")
    return value


def kept_json(text: str) -> JSON:
    """Return what a cell or a worksheet keeps of its notebook, which a page may have written; None for no such JSON."""
    try:
        value = json_of(text)
    except SagewsError:
        return None
    return value


def is_bounded(value: JSON) -> bool:
    """Whether a value is neither too deep nor too much, looked at without recursion."""
    waiting, seen = [(value, 0)], 0
    while waiting:
        each, depth = waiting.pop()
        if isinstance(each, (dict, list)):
            seen += len(each)
            if depth >= MAX_DEPTH or seen > MAX_NODES:
                return False
            waiting += [(part, depth + 1) for part in (each.values() if isinstance(each, dict) else each)]
    return True


def _no_constant(word: str) -> NoReturn:
    """Browsers can't read NaN and infinities, though Python writes them."""
    raise ValueError(word)


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number that is too long")
    return int(digits)
