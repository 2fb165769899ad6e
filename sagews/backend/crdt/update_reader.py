"""Reads the structure of a Yjs update (version 1 encoding) before the CRDT library sees it.

A browser may send any bytes. This reader walks them once, refuses what a worksheet never holds (documents within the
document, other root types, nested values, formatting, lengths that lie) and says which earlier edits the update builds
on, so that nothing is left waiting for an edit that never comes. It allocates no more than the bytes that it is given.

    update   clients, clients × (structs, client, clock, structs × struct), deletions
    struct   info, then: length (GC, skip) | origin? right origin? parent? key? content
    deletions clients, clients × (client, ranges, ranges × (clock, length))

Numbers are little-endian base 128; strings are a length and UTF-8.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from sagews.backend.crdt.byte_reader import ByteReader, MalformedUpdate
from sagews.backend.crdt.pairs import Edges, Pairs, second_halves

# Yjs counts in 32 bits; a larger number would wrap in the library, where nobody sees it.
MAX_CLOCK = 2**31 - 1
MAX_CLIENT = 2**53 - 1
MAX_KEY = 100
# Of a whole document with its past. One of ten thousand cells has about a hundred thousand.
MAX_STRUCTS = 1_000_000
ROOTS = frozenset({"meta", "cells"})

_GC, _DELETED, _STRING, _TYPE, _ANY, _SKIP = 0, 1, 4, 7, 8, 10
_TYPE_MAP, _TYPE_TEXT = 1, 2
_HAS_ORIGIN, _HAS_RIGHT_ORIGIN, _HAS_KEY = 0x80, 0x40, 0x20
_FLOAT32, _FLOAT64, _INTEGER, _STRING_VALUE = 124, 123, 125, 119
_PLAIN_VALUES = frozenset({127, 126, 121, 120})


class ManyStructs(Exception):
    """The update holds more structs than the caller wants to look at."""


Parent = str | tuple[int, int]


@dataclass(slots=True)
class Struct:
    """Where a struct stands in an update, and what it builds on.

    Attributes:
        client, clock, end: its clocks.
        start, stop: its bytes.
        refers: clocks of other structs, which have to be there before it.
        inner: whether it hangs below a struct that stands before it in the update.
    """

    client: int
    clock: int
    end: int
    start: int
    stop: int
    refers: list[tuple[int, int]]
    inner: bool


@dataclass(slots=True)
class UpdateLayout:
    """Every struct of an update, for cutting it.

    Attributes:
        structs: for each client, in order.
        deleted: ranges as (client, clock, length).
        first: how many set a key without knowing of anybody who had set it, by parent and key.
        refers: of the struct that is being read.
    """

    structs: dict[int, list[Struct]] = field(default_factory=dict)
    deleted: list[tuple[int, int, int]] = field(default_factory=list)
    first: Counter[tuple[Parent, str]] = field(default_factory=Counter)
    refers: list[tuple[int, int]] = field(default_factory=list)

    @property
    def crowd(self) -> int:
        """How many set the same key at one time, at most: to merge them takes time with the square."""
        return max(self.first.values(), default=0)


@dataclass(slots=True)
class Structure:
    """What an update says, without its text.

    Attributes:
        ranges: for each client, the first clock and the one after the last that the update holds.
        needs: for each client, the highest clock that the update refers to, plus one.
        structs: how many structs, clients and deleted ranges it holds: what it costs to apply grows with it.
        plain_text: whether every content is a piece of text, so that no type of anything can have changed.
        items: how many structs alone.
        inner: how many of them hang below one of the same client in the update: nobody else can be at their place, if
            none of that is known already.
        first: how many others of them set a key without knowing of anybody who had set it.
        again: how many deleted ranges begin before the end of an earlier one: what they pass is passed once more.
        reading: the client whose structs are being read, and the first clock of them.
        at: the clock of the struct that is being read.
        ahead: whether a struct refers to itself or to a later one of its client: it would wait in the library for that.
        longest: bytes of its longest text.
        pairs: its texts with characters that take two clocks each.
        edges: where it splits what was one piece, or may: before these clocks.
        layout: takes every struct, if it is wanted.
    """

    ranges: dict[int, tuple[int, int]] = field(default_factory=dict)
    needs: dict[int, int] = field(default_factory=dict)
    structs: int = 0
    plain_text: bool = True
    items: int = 0
    inner: int = 0
    first: int = 0
    again: int = 0
    reading: tuple[int, int] = (0, 0)
    at: int = 0
    ahead: bool = False
    longest: int = 0
    pairs: Pairs = field(default_factory=Pairs)
    edges: Edges = field(default_factory=Edges)
    layout: UpdateLayout | None = None

    def count(self, structs: int, most: int) -> None:
        """Count what is announced, before it is read."""
        self.structs += structs
        if self.structs > most:
            raise ManyStructs

    def missing(self, known: Mapping[int, int]) -> bool:
        """Whether the update builds on edits that are neither known (client → clocks) nor before them in it."""
        if self.ahead or any(first > known.get(client, 0) for client, (first, _) in self.ranges.items()):
            return True
        return any(
            clock > max(known.get(client, 0), self.ranges.get(client, (0, 0))[1])
            for client, clock in self.needs.items()
        )


def read_update(update: bytes, most: int = MAX_STRUCTS, layout: UpdateLayout | None = None) -> Structure:
    """Return the structure of an update.

    Args:
        update: as it came.
        most: structs, clients and deleted ranges in sum; each takes about three microseconds here.
        layout: takes every single struct, if it is wanted.

    Raises:
        MalformedUpdate: it is not well formed or holds what a worksheet may not.
        ManyStructs: it announces more than `most` of them.
    """
    reader = ByteReader(update)
    structure = Structure(layout=layout)
    clients = reader.count()
    structure.count(clients, most)
    for _ in range(clients):
        _read_client(reader, structure, most)
    _read_deletions(reader, structure, most)
    reader.require_end()
    return structure


def read_vector(vector: bytes, most: int = MAX_STRUCTS) -> dict[int, int]:
    """Return a state vector as client → clocks known.

    Args:
        vector: as it came.
        most: clients; each takes about a microsecond.

    Raises:
        MalformedUpdate: it is not well formed, or names more clients.
    """
    reader = ByteReader(vector)
    count = reader.count()
    if count > most:
        raise MalformedUpdate("it names too many pages")
    clocks = {reader.number(MAX_CLIENT): reader.number(MAX_CLOCK) for _ in range(count)}
    reader.require_end()
    return clocks


def clients_in(vector: bytes) -> int:
    """Return how many clients a state vector names."""
    return ByteReader(vector).count()


def _read_client(reader: ByteReader, structure: Structure, most: int) -> None:
    """One client's run of structs, whose clocks follow one another."""
    count = reader.count()
    structure.count(count, most)
    structure.items += count
    client = reader.number(MAX_CLIENT)
    first = clock = reader.number(MAX_CLOCK)
    # The library keeps the last one, and what was checked here was the first.
    if client in structure.ranges:
        raise MalformedUpdate("a client appears twice")
    structure.reading = (client, first)
    for _ in range(count):
        start, begin, inner, structure.at = reader.offset, clock, structure.inner, clock
        clock += _read_struct(reader, structure)
        if clock > MAX_CLOCK:
            raise MalformedUpdate("a clock is too large")
        if structure.layout is not None:
            _lay_out(structure.layout, Struct(client, begin, clock, start, reader.offset, [], structure.inner > inner))
    structure.ranges[client] = (first, clock)


def _read_deletions(reader: ByteReader, structure: Structure, most: int) -> None:
    """The ranges that are deleted."""
    clients = reader.count()
    structure.count(clients, most)
    ends: dict[int, int] = {}
    for _ in range(clients):
        client, ranges = reader.number(MAX_CLIENT), reader.count()
        structure.count(ranges, most)
        for _ in range(ranges):
            clock, length = reader.number(MAX_CLOCK), reader.number(MAX_CLOCK)
            _need(structure, client, clock + length - 1)
            structure.edges.note(client, clock)
            structure.edges.note(client, clock + length)
            structure.again += clock < ends.get(client, 0)
            ends[client] = max(clock + length, ends.get(client, 0))
            if structure.layout is not None:
                structure.layout.deleted.append((client, clock, length))


def _lay_out(layout: UpdateLayout, struct: Struct) -> None:
    """Keep a struct that was read, with what was found that it refers to."""
    struct.refers, layout.refers = layout.refers, []
    layout.structs.setdefault(struct.client, []).append(struct)


def _read_struct(reader: ByteReader, structure: Structure) -> int:
    """One struct; returns how many clocks it takes."""
    info = reader.byte()
    kind = info & 31
    # Structures behind a gap wait in the library until it is filled, which may be never.
    if kind == _SKIP:
        raise MalformedUpdate("it leaves a gap")
    if kind == _GC:
        return _length(reader)
    _read_neighbours(reader, structure, info)
    if not info & (_HAS_ORIGIN | _HAS_RIGHT_ORIGIN):
        _read_parent(reader, structure, bool(info & _HAS_KEY))
    if kind == _STRING:
        return _read_string(reader, structure)
    if kind not in _CONTENTS:
        raise MalformedUpdate("it holds a kind of content that worksheets do not have")
    if kind != _DELETED:
        structure.plain_text = False
    return _CONTENTS[kind](reader)


def _read_neighbours(reader: ByteReader, structure: Structure, info: int) -> None:
    """Between which two it was put; what they belong to is split there."""
    for which, behind in ((_HAS_ORIGIN, 1), (_HAS_RIGHT_ORIGIN, 0)):
        if info & which:
            client, clock = reader.number(MAX_CLIENT), reader.number(MAX_CLOCK)
            _refer(structure, client, clock)
            structure.edges.note(client, clock + behind)


def _read_parent(reader: ByteReader, structure: Structure, has_key: bool) -> None:
    """Where a struct without neighbours hangs: below a root type or below another struct."""
    parent: Parent
    if reader.number(1):
        parent = reader.text(MAX_KEY)
        if parent not in ROOTS or not has_key:
            raise MalformedUpdate("it writes outside of meta and cells")
    else:
        client, clock = parent = (reader.number(MAX_CLIENT), reader.number(MAX_CLOCK))
        _refer(structure, client, clock)
        if client == structure.reading[0] and clock >= structure.reading[1]:
            structure.inner += 1
            if has_key:
                reader.text(MAX_KEY)
            return
    if has_key:
        key = reader.text(MAX_KEY)
        structure.first += 1
        if structure.layout is not None:
            structure.layout.first[parent, key] += 1


def _refer(structure: Structure, client: int, clock: int) -> None:
    """Note that the struct that is being read refers to this clock."""
    structure.ahead = structure.ahead or (client == structure.reading[0] and clock >= structure.at)
    _need(structure, client, clock)


def _need(structure: Structure, client: int, clock: int) -> None:
    """Note that the update refers to this clock."""
    if structure.layout is not None:
        structure.layout.refers.append((client, clock))
    if clock >= structure.needs.get(client, 0):
        structure.needs[client] = clock + 1


def _length(reader: ByteReader) -> int:
    """A length in clocks: at least one."""
    length = reader.number(MAX_CLOCK)
    if not length:
        raise MalformedUpdate("a length is zero")
    return length


def _read_string(reader: ByteReader, structure: Structure) -> int:
    """A piece of text; its clocks are UTF-16 units, as in JavaScript."""
    start = reader.offset
    text = reader.text(len(reader.data))
    structure.longest = max(structure.longest, reader.offset - start)
    # It may be empty: that is what the library leaves of a pair of units that somebody cut in two. It drops it.
    if text.isascii():
        return len(text)
    units, halves = second_halves(text)
    if halves is not None:
        structure.pairs.take(structure.reading[0], structure.at, halves)
    return units


def _read_type(reader: ByteReader) -> int:
    """A new map or text."""
    if reader.number(127) not in (_TYPE_MAP, _TYPE_TEXT):
        raise MalformedUpdate("it makes a type that worksheets do not have")
    return 1


def _read_values(reader: ByteReader) -> int:
    """Values of map keys: nothing nested."""
    count = reader.count()
    for _ in range(count):
        _read_value(reader)
    if not count:
        raise MalformedUpdate("a value is missing")
    return count


def _read_value(reader: ByteReader) -> None:
    """One plain value."""
    kind = reader.byte()
    if kind == _STRING_VALUE:
        reader.text(len(reader.data))
    elif kind == _INTEGER:
        reader.skip_signed()
    elif kind in (_FLOAT32, _FLOAT64):
        reader.skip(4 if kind == _FLOAT32 else 8)
    elif kind not in _PLAIN_VALUES:
        raise MalformedUpdate("a value is neither text nor number nor yes or no")


_CONTENTS: Mapping[int, Callable[[ByteReader], int]] = {
    _DELETED: _length,
    _TYPE: _read_type,
    _ANY: _read_values,
}
