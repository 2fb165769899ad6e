"""Names that cells read and write, by which pages see which cells are stale. None of it has a number.

page → backend                                                      needs      answered by
  names         request, document                                    READ       names
  remove_names  request, document, names [name]                      RUN        names_removed | error `busy`

backend → page
  names          document, cells [{cell, order, shape, reads}], written [{name, cell, order}], request?
                 of the session that is alive; unasked for when it is over, and then nothing
  ran            document, cell, order, shape, reads, writes         when a run has ended, before its run_state
  names_removed  request, document, names [name]                     those that were there

`order` counts the runs of the session that are over; `written` says which cell wrote a name last, and at which order. A
cell that is not among `cells` has not run in this session. `reads` and `writes` are names with a space between two. A
`ran` whose cell is empty says that somebody had its names removed. `shape` is a digest of the text without remarks and
blank space (session/analysis/shape.py), empty where that can't be told.
"""

from __future__ import annotations

from typing import Annotated

import msgspec

from sagews.wire.browser.base import Count, FromPage, Right, ToPage, Uuid

MAX_REMOVED = 100
Name = Annotated[str, msgspec.Meta(min_length=1, max_length=100, pattern=r"^[^\s.]+\Z")]


class AskNames(FromPage, frozen=True, tag="names"):
    """Asks for everything that is known of names."""

    needs = Right.READ
    request: Count
    document: Uuid


class RemoveNames(FromPage, frozen=True, tag="remove_names"):
    """Deletes names from the session; what Sage itself has of that name is there again."""

    needs = Right.RUN
    request: Count
    document: Uuid
    names: Annotated[list[Name], msgspec.Meta(min_length=1, max_length=MAX_REMOVED)]


class CellNames(msgspec.Struct, frozen=True, gc=False, omit_defaults=True):
    """What a cell read when it ran last."""

    cell: str
    order: int
    shape: str = ""
    reads: str = ""


class Written(msgspec.Struct, frozen=True, gc=False):
    """Which cell wrote a name last, and when; an empty cell: somebody had it removed."""

    name: str
    cell: str
    order: int


class Names(ToPage, frozen=True, tag="names"):
    """All that is known."""

    document: str
    cells: list[CellNames]
    written: list[Written]
    request: int = 0


class Ran(ToPage, frozen=True, tag="ran"):
    """What one run says of its cell."""

    document: str
    cell: str
    order: int
    shape: str = ""
    reads: str = ""
    writes: str = ""


class NamesRemoved(ToPage, frozen=True, tag="names_removed"):
    """These were removed."""

    request: int
    document: str
    names: list[str]
