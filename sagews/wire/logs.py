"""How log records are written down, on disk and on the way to the collector: AMP over mutual TLS, the sender dials.

A record is one line of JSON, at most 256 KiB of UTF-8, with exactly these keys:

    id           str      UUID of version 7, minted where the record was written
    time         str      of the event, ISO 8601 with its offset
    machine      str      <= 255 characters  ┐ replaced by what the certificate says when the record travels,
    component    str      <= 255 characters  ┘ except for a worker's records, which its backend passes on
    level        str      "debug" | "info" | "warn" | "error" | "critical"
    namespace    str      <= 255 characters
    correlation  str      <= 64 letters, digits, - and _, or ""
    message      str      <= 65,536 characters
    fields       object   JSON

    sender → collector
      RegisterSender  protocol: int, least_protocol: int  →  protocol: int
                      the first command; both then speak the smaller protocol, or are refused with `version-mismatch`
      DeliverRecords  records: lines (<= 1 MiB)           →  stored: int, left_out: int
                      answered when committed; records out of form are left out, sending them again does not help

A refusal is the error `Refusal` of net/amp.py: `database` or `internal` (send the batch again later), `too-large`,
`handshake-expected`, `forbidden`. A record that is sent twice is stored once. docs/protocol-logs.md says more.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Annotated, Any, Literal

import msgspec
from msgspec import Meta
from twisted.protocols import amp

from sagews.errors import SagewsError
from sagews.model.identifiers import UUID_PATTERN
from sagews.model.logs import LogRecord
from sagews.net.amp import LargeBytes, LinkCommand

PROTOCOL = 1
LEAST_PROTOCOL = 1
# A traceback with its fields; longer ones lose their fields before they are written (logs/observer.py).
MAX_LINE = 256 * 1024
# One statement of the collector's database, of some ten milliseconds.
MAX_BATCH = 1024 * 1024
MAX_RECORDS = 2000
MAX_MESSAGE = 65_536
MAX_NAME = 255

_Name = Annotated[str, Meta(max_length=MAX_NAME)]


class _Line(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The typed form of a line."""

    id: Annotated[str, Meta(pattern=f"^{UUID_PATTERN.pattern}$")]
    time: Annotated[datetime, Meta(tz=True)]
    machine: _Name
    component: _Name
    level: Literal["debug", "info", "warn", "error", "critical"]
    namespace: _Name
    correlation: Annotated[str, Meta(pattern=r"^[A-Za-z0-9_-]{0,64}\Z")]
    message: Annotated[str, Meta(max_length=MAX_MESSAGE)]
    fields: dict[str, Any]


_DECODER = msgspec.json.Decoder(_Line)
_ENCODER = msgspec.json.Encoder()


def encode_record(record: LogRecord) -> bytes:
    """Return a record as a line, without its end."""
    return _ENCODER.encode(record)


def decode_record(line: bytes) -> LogRecord:
    """Return the record of a line.

    Raises:
        SagewsError: `too-large`, or `bad-message` for anything out of form.
    """
    if len(line) > MAX_LINE:
        raise SagewsError("too-large", limit=MAX_LINE)
    try:
        parsed = _DECODER.decode(line)
    # A year beyond what datetime holds overflows.
    except (ValueError, RecursionError, OverflowError) as error:
        raise SagewsError("bad-message", reason=str(error)[:200]) from None
    return LogRecord(**{name: getattr(parsed, name) for name in _Line.__struct_fields__})


def encode_batches(records: Iterable[LogRecord]) -> Iterable[bytes]:
    """Yield records as batches that the collector takes; one that is longer than a line may be is left out."""
    lines: list[bytes] = []
    size = 0
    # Encoded once: the lines are what is counted and what is sent.
    for line in map(encode_record, records):
        # Sent again it would be refused again, and everything behind it would wait for ever.
        if len(line) > MAX_LINE:
            continue
        if lines and (size + len(line) + 1 > MAX_BATCH or len(lines) >= MAX_RECORDS):
            yield b"\n".join(lines)
            lines, size = [], 0
        lines.append(line)
        size += len(line) + 1
    if lines:
        yield b"\n".join(lines)


def decode_batch(batch: bytes) -> tuple[list[LogRecord], int]:
    """Return the records of a batch, and how many lines were out of form.

    Raises:
        SagewsError: `too-large` for more lines than a batch may have.
    """
    lines: Sequence[bytes] = batch.split(b"\n")
    if len(lines) > MAX_RECORDS:
        raise SagewsError("too-large", limit=MAX_RECORDS)
    records = []
    for line in lines:
        try:
            records.append(decode_record(line))
        # One bad line must not cost the records beside it; the sender is told how many there were.
        except SagewsError:
            continue
    return records, len(lines) - len(records)


class RegisterSender(LinkCommand):
    """Sent first by a sender; says which protocols it speaks."""

    arguments = [(b"protocol", amp.Integer()), (b"least_protocol", amp.Integer())]
    response = [(b"protocol", amp.Integer())]


class DeliverRecords(LinkCommand):
    """Sent with a batch of records; answered when they are committed."""

    arguments = [(b"records", LargeBytes(MAX_BATCH))]
    response = [(b"stored", amp.Integer()), (b"left_out", amp.Integer())]
