"""Worksheets from files of other programs, and files for those: a file goes and comes in parts.

page → backend                                                      needs      answered by
  upload         request, file, name, size, offset, data             EDIT       uploaded
  import         request, file                                       EDIT       created (to everybody), imported
  export         request, document, format                           READ       exported
  download       request, file, offset                               READ       downloaded

backend → page
  uploaded       request, have: bytes that are here
  imported       request, document {id, path, title, edited}, left_out {what: how often}
  exported       request, file, name, size, left_out: pieces of long output that are not in it
  downloaded     request, data

`file` is an id that whoever makes it chooses. An account has one file here at a time, for a minute after it was last
asked for; another takes its place.
"""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec

from sagews.model.formats.sheet import MAX_FILE
from sagews.wire.browser.base import MAX_MESSAGE, Count, FromPage, Right, ToPage, Uuid
from sagews.wire.browser.workspace import DocumentEntry

# A part with what base64 adds stays below the bound of a message.
MAX_PART = 512 * 1024
Format = Literal["worksheet", "notebook", "page", "slides", "markdown", "sage", "python"]


class Upload(FromPage, frozen=True, tag="upload"):
    """A part of a file; the first begins at 0, each other where the last one ended."""

    longest = MAX_MESSAGE
    needs = Right.EDIT
    request: Count
    file: Uuid
    name: Annotated[str, msgspec.Meta(min_length=1, max_length=255)]
    size: Annotated[int, msgspec.Meta(ge=0, le=MAX_FILE)]
    offset: Count
    data: Annotated[bytes, msgspec.Meta(max_length=MAX_PART)]


class Import(FromPage, frozen=True, tag="import"):
    """Makes a worksheet of a file that was uploaded."""

    needs = Right.EDIT
    request: Count
    file: Uuid


class Export(FromPage, frozen=True, tag="export"):
    """Makes a file of an open document."""

    needs = Right.READ
    request: Count
    document: Uuid
    format: Format


class Download(FromPage, frozen=True, tag="download"):
    """Asks for a part of a file that was exported."""

    needs = Right.READ
    request: Count
    file: Uuid
    offset: Count


class Uploaded(ToPage, frozen=True, tag="uploaded"):
    """So many bytes of the file are here."""

    request: int
    have: int


class Imported(ToPage, frozen=True, tag="imported"):
    """The worksheet that a file became."""

    request: int
    document: DocumentEntry
    left_out: dict[str, int] = msgspec.field(default_factory=dict)


class Exported(ToPage, frozen=True, tag="exported"):
    """A file that can be downloaded."""

    request: int
    file: str
    name: str
    size: int
    left_out: int = 0


class Downloaded(ToPage, frozen=True, tag="downloaded"):
    """A part of a file."""

    request: int
    data: bytes
