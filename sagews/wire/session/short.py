"""The three frames of nearly every evaluation, written and matched without the general way through JSON.

Each is the very JSON that frames.py names. To match one takes a fifth of the time that it takes to decode it and to
look at it field by field; what differs from the form that is written here, by a space or an escape, is not matched and
read that way. Standard library only, because sessions in their jails write with it.
"""

from __future__ import annotations

import json
import math
import re

from sagews.model.identifiers import UUID_PATTERN
from sagews.wire.session.checks import MAX_NAMES

_quote = json.encoder.encode_basestring
_ID = UUID_PATTERN.pattern
# Seven digits are below the greatest time that is taken at all, and enough for 115 days.
_TIME = r"(?:0|[1-9][0-9]{0,6})(?:\.[0-9]{1,20})?(?:e-[0-9]{1,2})?"
# ASCII that needs no escape in JSON.
_TEXT = r"[ !#-\[\]-~]{0,4096}"
_NAMES = r"(?:[A-Za-z_][A-Za-z0-9_]{0,99}(?: [A-Za-z_][A-Za-z0-9_]{0,99}){0,499})?"
_DONE = re.compile(
    (
        rf'{{"type":"done","run":"({_ID})","status":"(ok|error|interrupted)","seconds":({_TIME}),"cpu":({_TIME}),'
        rf'"shape":"([0-9a-f]{{32}}|)","reads":"({_NAMES})","writes":"({_NAMES})"}}'
    ).encode()
)
_RESULT = re.compile(
    rf'{{"type":"result","run":"({_ID})","data":{{"text/plain":"({_TEXT})"}},"metadata":{{}}}}'.encode()
)


def run(run: str, cell: str, number: int, source: str, mode: str, shows: str) -> bytes:
    """Return the payload of a `run`; raises ValueError for lone surrogates."""
    return (
        f'{{"type":"run","run":{_quote(run)},"cell":{_quote(cell)},"number":{int(number)},'
        f'"source":{_quote(source)},"mode":{_quote(mode)},"shows":{_quote(shows)}}}'
    ).encode()


def done(run: str, status: str, seconds: float, cpu: float, shape: str, reads: str, writes: str) -> bytes:
    """Return the payload of a `done`; raises ValueError for a time that is not finite."""
    if not math.isfinite(seconds + cpu):
        raise ValueError("a time that is not finite")
    return (
        f'{{"type":"done","run":{_quote(run)},"status":{_quote(status)},"seconds":{seconds!r},"cpu":{cpu!r},'
        f'"shape":{_quote(shape)},"reads":{_quote(reads)},"writes":{_quote(writes)}}}'
    ).encode()


def result(run: str, text: str) -> bytes:
    """Return the payload of a `result` that is plain text alone; raises ValueError for lone surrogates."""
    return (f'{{"type":"result","run":{_quote(run)},"data":{{"text/plain":{_quote(text)}}},"metadata":{{}}}}').encode()


def match_done(data: bytes) -> tuple[str, str, float, float, str, str, str] | None:
    """Return the fields of a `done` as it is written here, None for anything else."""
    found = _DONE.fullmatch(data)
    if found is None:
        return None
    run, status, seconds, cpu, shape, reads, writes = [group.decode() for group in found.groups()]
    if len(reads) > MAX_NAMES or len(writes) > MAX_NAMES:
        return None
    return run, status, float(seconds), float(cpu), shape, reads, writes


def match_result(data: bytes) -> tuple[str, str] | None:
    """Return run and text of a `result` that is short plain ASCII alone, None for anything else."""
    found = _RESULT.fullmatch(data)
    return None if found is None else (found.group(1).decode(), found.group(2).decode())
