"""Parcels: a JSON header and bytes, for what goes into a one-shot jail and what comes out.

    parcel    "SWJ1", length of the header (4 bytes, big-endian), header (UTF-8 JSON), then the header's blobs
    header    {…, "blobs": [size in bytes, …]}

Standard library only: this module runs inside the jail as well.
"""

from __future__ import annotations

import json
import re
import struct
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError

# The last character is the version, so that an older jail's answer is refused in words and not misread.
MAGIC = b"SWJ1"
# Holds the ids of all objects of a tree: 200,000 of 40 digits.
MAX_HEADER = 16 * 1024 * 1024
MAX_BLOBS = 20_000
MAX_OBJECTS = 200_000
MAX_BYTES = 2**53
MAX_LEFT_OUT = 1_000
MAX_PATH = 4_096
OBJECT_PATTERN = re.compile(r"[0-9a-f]{40}")

LeftOut = tuple[tuple[str, str], ...]


def refusal(reason: str) -> SagewsError:
    """The error for a parcel that is out of form."""
    return SagewsError("bad-value", field="job", reason=reason)


def opening(header: Mapping[str, Any], sizes: Sequence[int]) -> bytes:
    """Return what stands before the blobs, of so many bytes each, in a parcel."""
    text = json.dumps({**header, "blobs": list(sizes)}).encode()
    return b"".join([MAGIC, struct.pack(">I", len(text)), text])


def pack(header: Mapping[str, Any], blobs: Sequence[bytes | memoryview]) -> bytes:
    """Return a parcel."""
    return b"".join([opening(header, [len(blob) for blob in blobs]), *blobs])


def unpack(data: bytes) -> tuple[dict[str, Any], list[bytes]]:
    """Return the header and the blobs of a parcel.

    Raises:
        SagewsError: `bad-value` for anything out of form.
    """
    header, places = _places(data)
    return header, [data[place] for place in places]


def unpack_one(data: bytes) -> tuple[dict[str, Any], memoryview]:
    """Return the header and the one blob of a parcel, which may be large and is not copied; raises as `unpack`."""
    header, places = _places(data)
    if len(places) != 1:
        raise refusal("it does not have one blob")
    return header, memoryview(data)[places[0]]


def _places(data: bytes) -> tuple[dict[str, Any], list[slice]]:
    """Return the header, and where the blobs are."""
    if data[:4] != MAGIC or len(data) < 8:
        raise refusal("it is not a parcel")
    (length,) = struct.unpack(">I", data[4:8])
    if length > MAX_HEADER or length > len(data) - 8:
        raise refusal("its header is too long")
    try:
        header = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        raise refusal("its header is not JSON") from None
    if not isinstance(header, dict):
        raise refusal("its header is not an object")
    return header, _slices(len(data), 8 + length, header.get("blobs"))


def _slices(end: int, offset: int, sizes: object) -> list[slice]:
    """Where the blobs are, which fill the parcel to its end."""
    if not isinstance(sizes, list) or len(sizes) > MAX_BLOBS:
        raise refusal("its blobs have no sizes")
    slices: list[slice] = []
    for size in sizes:
        if isinstance(size, bool) or not isinstance(size, int) or not 0 <= size <= end - offset:
            raise refusal("a blob has a wrong size")
        slices.append(slice(offset, offset + size))
        offset += size
    if offset != end:
        raise refusal("bytes follow its end")
    return slices


def object_id(value: object) -> str:
    """Return a git object id that was checked."""
    if isinstance(value, str) and OBJECT_PATTERN.fullmatch(value):
        return value
    raise refusal("an object id is not one")


def optional_id(value: object) -> str | None:
    """Return an object id or None."""
    return None if value is None else object_id(value)


def object_ids(value: object) -> tuple[str, ...]:
    """Return a list of object ids that was checked."""
    if not isinstance(value, list) or len(value) > MAX_OBJECTS:
        raise refusal("the object ids are not a list")
    return tuple(object_id(item) for item in value)


def texts(value: object, longest: int) -> tuple[str, ...]:
    """Return a list of at most so many texts, each of at most MAX_PATH characters."""
    if not isinstance(value, list) or len(value) > longest:
        raise refusal("the paths are not a list")
    if not all(isinstance(item, str) and len(item) <= MAX_PATH for item in value):
        raise refusal("a path is not one")
    return tuple(value)


def flag(value: object) -> bool:
    """Return yes or no that was checked."""
    if not isinstance(value, bool):
        raise refusal("something is neither yes nor no")
    return value


def count(value: object) -> int:
    """Return a number of files or objects that was checked."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_OBJECTS:
        raise refusal("a number of files is not one")
    return value


def byte_count(value: object) -> int:
    """Return a number of bytes that was checked: a place in a file, or its size."""
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= MAX_BYTES:
        raise refusal("a number of bytes is not one")
    return value


def left_out_pairs(value: object) -> LeftOut:
    """Return pairs of a path and why it was left out."""
    if not isinstance(value, list) or len(value) > MAX_LEFT_OUT:
        raise refusal("what was left out is not a list")
    pairs = [texts(item, 2) for item in value]
    if any(len(pair) != 2 for pair in pairs):
        raise refusal("what was left out is not in pairs")
    return tuple((path, why) for path, why in pairs)
