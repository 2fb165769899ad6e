"""The bounds of what a session may say: MIME bundles, tracebacks and completions, checked piece by piece.

Apart from the grammar (frames.py) so that both stay short. Standard library only. Every reader takes a field out of a
hostile object and raises SagewsError or ProtocolError for what does not fit.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sagews.wire.fields import Fields
from sagews.wire.session.framing import ProtocolError

JSON = Any

CELL = re.compile(r"[A-Za-z0-9_-]{1,64}")
# People are told to look there: it must name a file of the output folder and nothing else.
SPILL_PATH = re.compile(r"\.sagews/output/[0-9a-f-]{36}\.txt")
SHAPE = re.compile("(?:[0-9a-f]{32})?")
MIME = re.compile(r"[a-z0-9]{1,20}/[a-z0-9.+-]{1,80}")
BASE64 = re.compile(r"[A-Za-z0-9+/\n]*={0,2}\n?")
BINARY = ("image/png", "image/jpeg", "image/gif", "application/pdf")
# PostgreSQL stores no NUL, and no UTF-8 has a lone surrogate: either would fail a commit in which others' output is
# too.
UNFIT = re.compile("[\0\ud800-\udfff]")

# Of the names that a cell reads, or writes: bytes of all, how many, characters of one.
MAX_NAMES, MOST_NAMES, MAX_NAME = 4096, 500, 100
# Bytes of names that are removed at once: a hundred.
MAX_REMOVED = 40 * 1024
MAX_MIME_TYPES = 16
MAX_DEPTH = 24
MAX_NODES = 50_000
# Metadata says how large a picture is, and what extensions note about what is shown.
MAX_METADATA = 256
# Values that are looked at in one step: three milliseconds.
NODES_OF_A_STEP = 3000
# Bytes in which values are counted in one step: three milliseconds, whatever they are.
BYTES_OF_A_STEP = 256 * 1024
# What holds fewer digits is within MAX_INTEGER or nearly so; of more a parser makes a large integer, digit by digit.
MAX_DIGITS = 17
# Python writes no number of JSON in more than 25 bytes.
MAX_SCALAR = 64
# Everything that ends a number becomes a comma or goes, so that a cut at commas leaves numbers and words.
_SEPARATORS, _NO_SCALAR = bytes.maketrans(b"[{", b",,"), b"]}: \t\r\n"
# A frame of up to this many bytes is parsed in two milliseconds whatever it holds.
MANY_BYTES = 64 * 1024
MAX_INTEGER = 2**53
MAX_SECONDS = 366 * 24 * 3600
MAX_FRAMES = 64
MAX_SOURCE_LINES = 16
MAX_HINTS = 3
MAX_HINT_TEXT = 400
MAX_HINT_LABEL = 80
# Characters of a line that advice may still change.
MAX_HINT_LINE = 1000


def shape(form: Fields) -> str:
    """Take the digest of a text, which may be empty."""
    return form.pattern("shape", SHAPE)


def names(form: Fields, name: str, most: int = MAX_NAMES) -> str:
    """Take a text of identifiers with a space between two, of at most so many bytes."""
    value = text(form, name, most)
    found = value.split(" ") if value else []
    if len(found) > MOST_NAMES or not all(len(each) <= MAX_NAME and each.isidentifier() for each in found):
        raise ProtocolError(f"{name} are no names")
    return value


def text(form: Fields, name: str, most: int) -> str:
    """Take a text of at most so many bytes of UTF-8."""
    value = form.text(name, most)
    # Bytes only where they can differ from characters: nearly all that is printed is ASCII, and counting would copy it.
    if not value.isascii() and len(value.encode()) > most:
        raise ProtocolError(f"{name} is longer than {most} bytes")
    return value


def request(form: Fields) -> int:
    """Take the number of a request."""
    return form.integer("request", 0, MAX_INTEGER)


def bundle(form: Fields, name: str) -> dict[str, JSON]:
    """Take a MIME bundle: text for `text/*`, base64 for binary types, bounded JSON for the rest."""
    values = form.mapping(name, MAX_MIME_TYPES)
    return {_mime(mime): _content(mime, value) for mime, value in values.items()}


def metadata(form: Fields) -> dict[str, JSON]:
    """Take the metadata of a bundle: a small object of bounded JSON."""
    values = form.mapping("metadata", MAX_MIME_TYPES)
    check_metadata(values)
    return values


def check_metadata(values: Mapping[str, JSON]) -> None:
    """Refuse, by ProtocolError, metadata of more than MAX_METADATA values and names, and what is no JSON."""
    for _ in json_in_steps(values, MAX_METADATA, "metadata that is too deep or too large"):
        pass


def is_metadata(values: Mapping[str, JSON]) -> bool:
    """Whether the worker would take this metadata; the session leaves out what it would not."""
    try:
        check_metadata(values)
    except ProtocolError:
        return False
    return len(values) <= MAX_MIME_TYPES


def texts(form: Fields, name: str) -> dict[str, JSON]:
    """Take a MIME bundle of texts alone."""
    values = form.mapping(name, MAX_MIME_TYPES)
    if not all(isinstance(value, str) for value in values.values()):
        raise ProtocolError(f"{name} holds something that is no text")
    return {_mime(mime): _content(mime, value) for mime, value in values.items()}


def fits(mime: str, value: JSON) -> bool:
    """Whether the worker would take this part of a bundle; the session leaves out what it would not."""
    try:
        _mime(mime)
        _content(mime, value)
    except ProtocolError:
        return False
    return True


def content_in_steps(mime: str, value: JSON) -> Iterator[None]:
    """Look at one part of a bundle; what is large about it takes several steps."""
    _mime(mime)
    if _is_text(mime):
        _content(mime, value)
        yield
    else:
        yield from json_in_steps(value)


def _mime(mime: str) -> str:
    if not MIME.fullmatch(mime):
        raise ProtocolError("a MIME type of another form")
    return mime


def _is_text(mime: str) -> bool:
    return mime.startswith("text/") or mime == "image/svg+xml" or is_binary(mime)


def is_binary(mime: str) -> bool:
    """Whether a form of a value is bytes, which travel as base64."""
    return mime in BINARY or mime.startswith(("audio/", "video/"))


def _content(mime: str, value: JSON) -> JSON:
    if _is_text(mime):
        if not isinstance(value, str):
            raise ProtocolError(f"{mime} is not a text")
        if is_binary(mime) and not BASE64.fullmatch(value):
            raise ProtocolError(f"{mime} is not base64")
    _check_json(value)
    return value


def nodes(data: bytes) -> None:
    """Refuse JSON that holds too many values before it is parsed: a parser makes an object of each, for seconds.

    What stands in texts is not counted, and a text of megabytes is looked at as fast as memory is read.

    Raises:
        ProtocolError: for more than MAX_NODES values and names, and for a number of too many digits.
    """
    for _ in nodes_in_steps(data):
        pass


def nodes_in_steps(data: bytes) -> Iterator[None]:
    """Count as `nodes` does, in steps; the rest of what holds too many is not looked at."""
    at = quotes = separators = 0
    inside = False
    last = b""
    while at < len(data):
        part = data[at : at + BYTES_OF_A_STEP]
        # An escape is looked at as a whole.
        if (len(part) - len(part.rstrip(b"\\"))) % 2:
            part = data[at : at + BYTES_OF_A_STEP + 1]
        at += len(part)
        if b"\\" in part:
            part = part.replace(b"\\\\", b"").replace(b'\\"', b"")
        texts = part.split(b'"')
        outside = b"".join(texts[inside::2])
        quotes += len(texts) - 1
        inside = quotes % 2 == 1
        separators += outside.count(b",") + outside.count(b"[") + outside.count(b"{")
        if separators > MAX_NODES or quotes > 2 * MAX_NODES:
            raise ProtocolError("JSON that is too large")
        *scalars, last = (last + outside.translate(_SEPARATORS, _NO_SCALAR)).split(b",")
        _check_scalars(scalars)
        if len(last) > MAX_SCALAR:
            raise ProtocolError("a number that is too long")
        yield
    _check_scalars([last])


def _check_scalars(scalars: Sequence[bytes]) -> None:
    """Refuse what takes a parser long though it is one value: the time for an integer grows faster than its digits."""
    longest = max(map(len, scalars), default=0)
    if longest > MAX_SCALAR:
        raise ProtocolError("a number that is too long")
    if longest > MAX_DIGITS and any(len(each) > MAX_DIGITS and each.lstrip(b"-").isdigit() for each in scalars):
        raise ProtocolError("an integer out of bounds")


def _check_json(value: JSON) -> None:
    """Walk a value in one go."""
    for _ in json_in_steps(value):
        pass


def json_in_steps(
    value: JSON, most: int = MAX_NODES, refusal: str = "JSON that is too deep or too large"
) -> Iterator[None]:
    """Walk a value without recursion, in steps; refuse what is too deep, too many, not finite or not UTF-8."""
    waiting = [(value, 0)]
    seen = left = 0
    while waiting:
        each, depth = waiting.pop()
        left += 1
        if left > NODES_OF_A_STEP:
            left = 0
            yield
        if not isinstance(each, (dict, list)):
            _check_leaf(each)
            continue
        seen += 1 + len(each)
        if depth > MAX_DEPTH or seen > most:
            raise ProtocolError(refusal)
        parts = each if isinstance(each, list) else [*each, *each.values()]
        waiting += [(part, depth + 1) for part in parts]


def _check_leaf(value: JSON) -> None:
    if isinstance(value, str):
        # The two cheap questions first; the pattern would look at each character of every text.
        if "\0" in value or not (value.isascii() or UNFIT.search(value) is None):
            raise ProtocolError("a text with NUL or a lone surrogate")
    elif isinstance(value, float):
        if not math.isfinite(value):
            raise ProtocolError("a number that is not finite")
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise ProtocolError("an integer out of bounds")
    elif value is not None:
        raise ProtocolError("something that is not JSON")


def traceback(form: Fields) -> tuple[Mapping[str, JSON], ...]:
    """Take the frames of a traceback."""
    return tuple(_frame(each) for each in form.sequence("frames", MAX_FRAMES))


def _frame(value: object) -> dict[str, JSON]:
    form = _form(value)
    taken: dict[str, JSON] = {
        "file": form.text("file", 1000),
        "line": form.integer("line", 0, 2**31),
        "function": form.text("function", 200),
        "user": form.boolean("user"),
        "source": [_source_line(form, each) for each in form.sequence("source", MAX_SOURCE_LINES)],
    }
    if form.peek("marked") is not None:
        taken["marked"] = _columns(form)
    form.finish()
    return taken


def _columns(form: Fields) -> list[int]:
    """Take the columns of the frame's line that are meant: the first, and the one behind the last."""
    columns = form.sequence("marked", 2)
    if len(columns) != 2:
        raise ProtocolError("columns of another form")
    return [form.bounded("marked", column, 0, 1000) for column in columns]


def _source_line(form: Fields, value: object) -> list[JSON]:
    if not isinstance(value, list) or len(value) != 2:
        raise ProtocolError("a source line of another form")
    return [form.bounded("source", value[0], 0, 2**31), form.short("source", value[1], 1000)]


def hints(form: Fields) -> tuple[Mapping[str, JSON], ...]:
    """Take the advice that comes with an error; a session of an older version gives none."""
    return tuple(_hint(each) for each in form.sequence("hints", MAX_HINTS)) if form.peek("hints") is not None else ()


def _hint(value: object) -> dict[str, JSON]:
    form = _form(value)
    taken: dict[str, JSON] = {"text": form.text("text", MAX_HINT_TEXT)}
    if form.peek("line") is not None:
        taken["label"], taken["line"] = form.text("label", MAX_HINT_LABEL), form.integer("line", 1, 2**31)
        before = form.take("before")
        taken["before"] = None if before is None else form.short("before", before, MAX_HINT_LINE)
        taken["after"] = form.text("after", MAX_HINT_LINE)
    form.finish()
    return taken


def matches(form: Fields, most: int) -> tuple[Mapping[str, str], ...]:
    """Take what could complete a text."""
    return tuple(_match(each) for each in form.sequence("matches", most))


def _match(value: object) -> dict[str, str]:
    form = _form(value)
    taken = {"text": form.text("text", 400), "kind": form.text("kind", 40)}
    form.finish()
    return taken


def _form(value: object) -> Fields:
    if not isinstance(value, dict):
        raise ProtocolError("an entry that is not an object")
    return Fields(value)
