"""What a backend and its checking process say to each other, over the process's standard input and output.

    question   length (4 bytes, big-endian), then a parcel (wire/parcels.py): {"do": …} and its blobs
    answer     the same: {"code": …, "parameters": {…}}, or what stands behind the arrow

    try     document, update        → {"structs": n, "first": n} and the update in pieces; both are asked with, too
    load    snapshot, updates…      → {"structs": n, "crowd": n} and the document in pieces
    fold    snapshot, updates…      → the document as one update; an empty first blob: no snapshot
    compact snapshot, updates…      → the document without its past as one update; none if it would not be much smaller
    text    document                → its file
    title   document                → its title
    outline texts…                  → of each its code cells as JSON: {id: [place, first line]}
    merge   document, text          → updates that bring it to this text, none if it says so; {"notebook": 1}: the
                                      text is a notebook
    open    notebook                → as import, for one that stays a notebook
    notebook document, outputs      → it as a notebook
    import  name, file              → {"left_out": {what: n}, "cells": [[id, hash, failed, number]…]}, the file, and
                                      for each cell that showed something its pieces
    export  format, document, outputs → the file

The process computes one question at a time, in order. It is ours, but what it computes with is hostile: its answers
are read as strictly as anybody's.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from typing import Any

from sagews.errors import SagewsError
from sagews.wire.parcels import opening, pack, unpack

MAX_QUESTION = 128 * 1024 * 1024
_LENGTH = struct.Struct(">I")
HEADER = _LENGTH.size


def question(do: str, blobs: Sequence[bytes], **numbers: int) -> Sequence[bytes]:
    """Return a question as it is sent, in parts: documents of megabytes are not copied for it."""
    first = opening({"do": do, **numbers}, [len(blob) for blob in blobs])
    return [_LENGTH.pack(len(first) + sum(map(len, blobs))), first, *blobs]


def count(header: Mapping[str, Any], name: str) -> int:
    """Return a number of a header; raises SagewsError `internal` for what is none."""
    number = header.get(name)
    if not isinstance(number, int) or isinstance(number, bool) or number < 0:
        raise SagewsError("internal", correlation="-")
    return number


def answer(header: Mapping[str, Any], blobs: Sequence[bytes] = ()) -> bytes:
    """Return an answer as it is sent."""
    return _framed(pack(header, blobs))


def refusal(error: SagewsError) -> bytes:
    """Return a refusal as it is sent."""
    return answer({"code": error.code, "parameters": dict(error.parameters)})


def length_of(head: bytes) -> int:
    """Return how long the parcel is whose length this is.

    Raises:
        SagewsError: `too-large`.
    """
    length = int(_LENGTH.unpack(head)[0])
    if length > MAX_QUESTION:
        raise SagewsError("too-large", limit=MAX_QUESTION)
    return length


def read(parcel: bytes) -> tuple[Mapping[str, Any], Sequence[bytes]]:
    """Return header and blobs; raises the SagewsError that an answer stands for."""
    header, blobs = unpack(parcel)
    if "code" in header:
        raise SagewsError(str(header["code"]), **dict(header.get("parameters") or {}))
    return header, blobs


def _framed(parcel: bytes) -> bytes:
    return _LENGTH.pack(len(parcel)) + parcel
