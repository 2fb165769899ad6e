"""Cuts an update into several that come to the same, so that the process that serves everybody has turns between them.

Each piece is an update by itself and builds on those before it alone: structs go in an order in which whatever one
refers to stands before it. What the update deletes comes last, behind all that is there to be deleted.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter

from sagews.backend.crdt.update_reader import Struct, UpdateLayout

NOTHING = b"\0\0"
# Of the structs in a piece: to apply megabytes of text takes tens of milliseconds, however few structs they are.
MOST_BYTES = 512 * 1024
Deleted = Sequence[tuple[int, int, int]]


def cut(update: bytes, layout: UpdateLayout, most: int, *, anywhere: bool = False) -> list[bytes]:
    """Return the pieces.

    Args:
        update: that is well formed.
        layout: as it was read of it.
        most: structs, or deleted ranges, in a piece; of more than MOST_BYTES there are fewer.
        anywhere: also between a new cell and what is in it, where nobody looks at the document in between.
    """
    ordered = list(_ordered(layout.structs))
    if len(ordered) + len(layout.deleted) <= most and len(update) <= MOST_BYTES:
        return [update]
    pieces = [_encoded(update, part, ()) for part in _parts(ordered, most, anywhere=anywhere)]
    for first in range(0, len(layout.deleted), most):
        pieces.append(_encoded(update, {}, layout.deleted[first : first + most]))
    return pieces


def _parts(ordered: Sequence[Struct], most: int, *, anywhere: bool) -> Iterator[Mapping[int, Sequence[Struct]]]:
    """The structs of each piece, by client."""
    part: dict[int, list[Struct]] = {}
    size = held = 0
    for struct in ordered:
        full = size >= most or (size > 0 and held + struct.stop - struct.start > MOST_BYTES)
        if full and (anywhere or not struct.inner):
            yield part
            part, size, held = {}, 0, 0
        part.setdefault(struct.client, []).append(struct)
        size += 1
        held += struct.stop - struct.start
    if part:
        yield part


def _ordered(structs: Mapping[int, Sequence[Struct]]) -> Iterator[Struct]:
    """All structs, each behind those that it refers to; of each client in its own order."""
    passed = dict.fromkeys(structs, 0)
    # For a client, who waits until it has come to which clock.
    waiting: dict[int, list[tuple[int, int]]] = {}
    ready = list(structs)
    while ready:
        client = ready.pop()
        run = structs[client]
        while passed[client] < len(run):
            struct = run[passed[client]]
            missing = _missing(struct, structs, passed)
            if missing is not None:
                waiting.setdefault(missing[0], []).append((missing[1], client))
                break
            passed[client] += 1
            yield struct
            if client in waiting:
                ready += [other for clock, other in waiting[client] if clock < struct.end]
                waiting[client] = [(clock, other) for clock, other in waiting[client] if clock >= struct.end]
    # A document has no circles. If it had, the library would have to make sense of them.
    for client, run in structs.items():
        yield from run[passed[client] :]


def _missing(
    struct: Struct, structs: Mapping[int, Sequence[Struct]], passed: Mapping[int, int]
) -> tuple[int, int] | None:
    """Return what has to come before this one, as client and clock."""
    for client, clock in struct.refers:
        run = structs.get(client, ())
        if client != struct.client and passed.get(client, 0) < len(run) and run[passed[client]].clock <= clock:
            return client, clock
    return None


def _encoded(update: bytes, part: Mapping[int, Sequence[Struct]], deleted: Deleted) -> bytes:
    """Return an update of structs that follow one another for each client, and of deleted ranges."""
    data = bytearray(_number(len(part)))
    for client, structs in part.items():
        data += _number(len(structs)) + _number(client) + _number(structs[0].clock)
        data += update[structs[0].start : structs[-1].stop]
    by_client = [(client, list(ranges)) for client, ranges in groupby(deleted, itemgetter(0))]
    data += _number(len(by_client))
    for client, ranges in by_client:
        data += _number(client) + _number(len(ranges))
        for _, clock, length in ranges:
            data += _number(clock) + _number(length)
    return bytes(data)


def _number(value: int) -> bytes:
    """Return a number as updates write it."""
    data = bytearray()
    while value > 127:
        data.append(value & 127 | 128)
        value >>= 7
    data.append(value)
    return bytes(data)
